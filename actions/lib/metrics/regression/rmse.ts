import { weightedMean } from '../mean.ts';
import type { Metric, RegressionPredictions } from '../metric.ts';

export const metric: Metric<RegressionPredictions> = {
  name: 'rmse',
  task: 'regression',
  better: 'lower',
  description: 'Root of the mean squared error.',
  relative: true,
  params: {},
  smooth: true,
  rootN: true,
  thresholdFromBenchmark: false,
  measure({ rows, label, score, weight }, _params, influence = new Float64Array(rows)) {
    for (let i = 0; i < rows; i++) {
      const error = label[i] - score[i];
      influence[i] = error * error;
    }
    const value = Math.sqrt(weightedMean(influence, weight, rows, influence));
    // Where no row has an error no weight changes that, and the influence values are zero already.
    if (value > 0) for (let i = 0; i < rows; i++) influence[i] /= 2 * value;
    return value;
  },
};
