import type { MetricFacts } from '#registry/metric.ts';
import { type ClassCounts, type ClassDerivatives, classCounts, influenceByClass, stepByClass } from './class-counts.ts';
import type { Metric, MulticlassPredictions } from './metric.ts';

/** What sets apart one metric that is a function of the counts by class. */
interface ClassMetric extends Pick<MetricFacts, 'name' | 'description'> {
  /**
   * The value, and its derivatives added to `by` (which comes filled with zeros). It must be scale-free, so that the
   * influence values sum to zero. Undefined is NaN.
   */
  at(this: void, counts: ClassCounts, by: ClassDerivatives): number;
}

/** A metric of each row's most probable class: the delta method gives its influence values. */
export function classMetric({ at, ...facts }: ClassMetric): Metric<MulticlassPredictions> {
  return {
    ...facts,
    task: 'multiclass_classification',
    better: 'higher',
    relative: true,
    params: {},
    range: [0, 1],
    smooth: true,
    rootN: true,
    thresholdFromBenchmark: false,
    step(predictions) {
      const by = zeros(predictions.classes);
      at(classCounts(predictions), by);
      return stepByClass(predictions, by);
    },
    measure(predictions, _params, influence) {
      const by = zeros(predictions.classes);
      const value = at(classCounts(predictions), by);
      if (Number.isNaN(value)) influence?.fill(Number.NaN);
      else if (influence !== undefined) influenceByClass(predictions, by, influence);
      return value;
    },
  };
}

function zeros(classes: number): ClassDerivatives {
  return {
    hit: new Float64Array(classes),
    support: new Float64Array(classes),
    predicted: new Float64Array(classes),
  };
}
