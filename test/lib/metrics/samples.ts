import * as fc from 'fast-check';
import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import { binaryPredictions, multiclassPredictions, regressionPredictions } from '#lib/metrics/predictions.ts';
import type { MetricParams } from '#registry/metric.ts';

/** One row of a random sample; `score` has an entry for each class where there are several. */
export interface Row {
  label: number;
  score: number[];
  weight: number;
}

export interface Sample {
  task: Predictions['task'];
  /** Number of entries of `score`. */
  classes: number;
  rows: Row[];
}

/** The predictions of these rows; `weights` null for rows that count 1. */
export function predictionsOf({ task, classes, rows }: Sample, weights: readonly number[] | null): Predictions {
  const weight = weights === null ? null : Float64Array.from(weights);
  const label = rows.map((row) => row.label);
  const score = Float64Array.from(rows.flatMap((row) => row.score));
  if (task === 'regression') return regressionPredictions({ label: Float64Array.from(label), score, weight });
  if (task === 'multiclass_classification') {
    return multiclassPredictions({ label: Int32Array.from(label), score, classes, weight });
  }
  return binaryPredictions({ label: Uint8Array.from(label), score, threshold: 0.5, weight });
}

/** Quarters, so that sums are exact and a sum of weights is the same in every order. */
const weight = fc.integer({ min: 1, max: 12 }).map((quarters) => quarters / 4);
/** Half of the scores lie on a coarse grid, so that many are equal. */
const probability = fc.oneof(
  fc.integer({ min: 0, max: 8 }).map((eighths) => eighths / 8),
  fc.double({ min: 0, max: 1, noNaN: true }),
);

function samples(task: Predictions['task'], classes: number, row: fc.Arbitrary<Row>): fc.Arbitrary<Sample> {
  return fc.array(row, { minLength: 1, maxLength: 30 }).map((rows) => ({ task, classes, rows }));
}

/** A random sample of a task: 1 to 30 rows, with ties, sometimes of one class only. */
export function sampleOf(task: Predictions['task']): fc.Arbitrary<Sample> {
  const one = (label: fc.Arbitrary<number>, score: fc.Arbitrary<number>) =>
    fc.record({ label, score: score.map((value) => [value]), weight });
  if (task === 'binary_classification') {
    return samples(task, 1, one(fc.integer({ min: 0, max: 1 }), probability));
  }
  if (task === 'regression') {
    const value = fc.integer({ min: -40, max: 40 }).map((eighths) => eighths / 8);
    return samples(task, 1, one(value, value));
  }
  return fc.integer({ min: 2, max: 4 }).chain((classes) => {
    const score = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: classes, maxLength: classes });
    const normal = score.map((parts) => parts.map((part) => part / parts.reduce((sum, each) => sum + each, 0)));
    return samples(
      task,
      classes,
      fc.record({ label: fc.integer({ min: 0, max: classes - 1 }), score: normal, weight }),
    );
  });
}

const GIVEN: MetricParams = { recall: 0.6, precision: 0.6, false_positive: 1, false_negative: 5 };

/** Every parameter of a metric: its defaults, and a value for those that a policy must give. */
export function paramsOf(metric: Metric): MetricParams {
  return Object.fromEntries(Object.entries(metric.params).map(([name, value]) => [name, value ?? GIVEN[name]]));
}
