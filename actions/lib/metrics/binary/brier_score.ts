import { meanMetric } from '../mean.ts';
import type { BinaryPredictions } from '../metric.ts';

export const metric = meanMetric<BinaryPredictions>({
  name: 'brier_score',
  task: 'binary_classification',
  better: 'lower',
  description: 'Mean squared difference between the predicted probability and the outcome (0 or 1).',
  fill({ rows, label, score }, _params, each) {
    for (let i = 0; i < rows; i++) {
      const error = score[i] - label[i];
      each[i] = error * error;
    }
  },
});
