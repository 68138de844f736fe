import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { binaryMetrics, multiclassMetrics, regressionMetrics } from '#lib/metrics/catalogue.generated.ts';
import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import { binaryPredictions, multiclassPredictions, regressionPredictions } from '#lib/metrics/predictions.ts';
import type { MetricParams } from '#registry/metric.ts';

const Numbers = z.array(z.number());
const Common = z.object({
  name: z.string(),
  label: Numbers,
  score: Numbers,
  weight: Numbers.nullable(),
  expected: z.array(z.tuple([z.string(), z.record(z.string(), z.number()), z.number().nullable()])),
});
const Case = z.discriminatedUnion('task', [
  Common.extend({
    task: z.literal('binary_classification'),
    threshold: z.number(),
    delong: z.tuple([z.number(), z.number()]).nullable(),
  }),
  Common.extend({ task: z.literal('multiclass_classification'), classes: z.number() }),
  Common.extend({ task: z.literal('regression') }),
]);
type Case = z.infer<typeof Case>;

const Golden = z.object({
  cases: z.array(Case),
  pairs: z.array(z.object({ label: Numbers, a: Numbers, b: Numbers, variance: z.number() })),
});

/** The expected values that golden/make.py wrote. */
export const golden = Golden.parse(JSON.parse(readFileSync(new URL('golden/metrics.json', import.meta.url), 'utf8')));

/** The predictions that a case describes; of the given rows of it, in their order, with other weights where passed. */
export function predictionsOf(
  one: Case,
  rows: readonly number[] = one.label.map((_, i) => i),
  weight: readonly number[] | null = one.weight === null ? null : rows.map((i) => one.weight?.[i] ?? 1),
): Predictions {
  const label = rows.map((i) => one.label[i]);
  const weights = weight === null ? null : Float64Array.from(weight);
  if (one.task === 'multiclass_classification') {
    const { classes } = one;
    const score = Float64Array.from(rows.flatMap((i) => one.score.slice(i * classes, (i + 1) * classes)));
    return multiclassPredictions({ label: Int32Array.from(label), score, classes, weight: weights });
  }
  const score = Float64Array.from(rows, (i) => one.score[i]);
  if (one.task === 'regression') {
    return regressionPredictions({ label: Float64Array.from(label), score, weight: weights });
  }
  return binaryPredictions({ label: Uint8Array.from(label), score, threshold: one.threshold, weight: weights });
}

const CATALOGUE: Record<Predictions['task'], readonly Metric[]> = {
  binary_classification: binaryMetrics,
  multiclass_classification: multiclassMetrics,
  regression: regressionMetrics,
};

/** Every metric of a task. */
export function metricsOf(task: Predictions['task']): readonly Metric[] {
  return CATALOGUE[task];
}

/** A metric that must exist. */
export function known(task: Predictions['task'], name: string): Metric {
  const metric = metricsOf(task).find((one) => one.name === name);
  if (metric === undefined) throw new Error(`no metric ${name} of ${task}`);
  return metric;
}

/** A metric's value and its influence values. */
export function measured(metric: Metric, predictions: Predictions, params: MetricParams) {
  const influence = new Float64Array(predictions.rows);
  const value = metric.measure(predictions, params, influence);
  return { value, influence };
}

/** Σ |x|, at least 1: what rounding of a sum is held against. */
export function magnitude(values: Float64Array): number {
  return Math.max(
    1,
    values.reduce((sum, each) => sum + Math.abs(each), 0),
  );
}
