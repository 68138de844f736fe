import type { MetricFacts, MetricParams } from '#registry/metric.ts';
import type { Metric, Predictions } from './metric.ts';

/** What sets apart one metric that is the weighted mean of a loss (or a hit) of each row. */
interface MeanMetric<P extends Predictions> extends Pick<MetricFacts, 'name' | 'better' | 'description'> {
  task: P['task'];
  params?: MetricFacts['params'];
  step?: Metric<P>['step'];
  /** Writes each row's loss. */
  fill(this: void, predictions: P, params: MetricParams, each: Float64Array): void;
}

/** A metric that is a mean: the influence of row i is w_i (loss_i − mean) / Σ w. */
export function meanMetric<P extends Predictions>({ fill, step, ...facts }: MeanMetric<P>): Metric<P> {
  return {
    relative: true,
    params: {},
    ...facts,
    smooth: true,
    rootN: true,
    thresholdFromBenchmark: false,
    ...(step === undefined ? {} : { step }),
    measure(predictions, params, influence = new Float64Array(predictions.rows)) {
      fill(predictions, params, influence);
      return weightedMean(influence, predictions.weight, predictions.rows, influence);
    },
  };
}

/** Total weight of `rows` rows. */
export function totalWeight(weight: Float64Array | null, rows: number): number {
  if (weight === null) return rows;
  let total = 0;
  for (let i = 0; i < rows; i++) total += weight[i];
  return total;
}

/**
 * The weighted mean of the first `rows` entries of `each`, NaN of no rows. `influence`, which may be `each` itself,
 * becomes that of the mean.
 */
export function weightedMean(
  each: Float64Array,
  weight: Float64Array | null,
  rows: number,
  influence: Float64Array,
): number {
  let sum = 0;
  if (weight === null) for (let i = 0; i < rows; i++) sum += each[i];
  else for (let i = 0; i < rows; i++) sum += weight[i] * each[i];
  const total = totalWeight(weight, rows);
  const mean = sum / total;
  if (weight === null) for (let i = 0; i < rows; i++) influence[i] = (each[i] - mean) / total;
  else for (let i = 0; i < rows; i++) influence[i] = (weight[i] * (each[i] - mean)) / total;
  return mean;
}
