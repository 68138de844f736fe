import { weightedMean } from '../mean.ts';
import type { BinaryPredictions, Metric } from '../metric.ts';

export const metric: Metric<BinaryPredictions> = {
  name: 'brier_score',
  task: 'binary_classification',
  better: 'lower',
  description: 'Mean squared difference between the predicted probability and the outcome (0 or 1).',
  relative: true,
  params: {},
  smooth: true,
  rootN: true,
  thresholdFromBenchmark: false,
  measure({ rows, label, score, weight }, _params, influence = new Float64Array(rows)) {
    for (let i = 0; i < rows; i++) {
      const error = score[i] - label[i];
      influence[i] = error * error;
    }
    return weightedMean(influence, weight, rows, influence);
  },
};
