import { totalWeight } from '../mean.ts';
import type { Metric, RegressionPredictions } from '../metric.ts';

/** Undefined where all labels are equal (scikit-learn: 1 if every prediction is right, else 0). */
export const metric: Metric<RegressionPredictions> = {
  name: 'r2',
  task: 'regression',
  better: 'higher',
  description: '1 − squared error ÷ squared deviation of the labels from their mean.',
  relative: true,
  params: {},
  smooth: true,
  rootN: true,
  thresholdFromBenchmark: false,
  measure({ rows, label, score, weight }, _params, influence) {
    let sum = 0;
    for (let i = 0; i < rows; i++) sum += weight === null ? label[i] : weight[i] * label[i];
    const mean = sum / totalWeight(weight, rows);
    let squaredError = 0;
    let squaredDeviation = 0;
    for (let i = 0; i < rows; i++) {
      const w = weight === null ? 1 : weight[i];
      const error = label[i] - score[i];
      const deviation = label[i] - mean;
      squaredError += w * error * error;
      squaredDeviation += w * deviation * deviation;
    }
    if (!(squaredDeviation > 0)) {
      influence?.fill(Number.NaN);
      return Number.NaN;
    }
    const ratio = squaredError / squaredDeviation;
    if (influence === undefined) return 1 - ratio;
    // The mean moves with the weights too, but the squared deviation is at its minimum there: that part is zero.
    for (let i = 0; i < rows; i++) {
      const w = weight === null ? 1 : weight[i];
      const error = label[i] - score[i];
      const deviation = label[i] - mean;
      influence[i] = (w * (ratio * deviation * deviation - error * error)) / squaredDeviation;
    }
    return 1 - ratio;
  },
};
