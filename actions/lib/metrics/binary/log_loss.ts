import { logLoss } from '../log-loss.ts';
import { meanMetric } from '../mean.ts';
import type { BinaryPredictions } from '../metric.ts';

export const metric = meanMetric<BinaryPredictions>({
  name: 'log_loss',
  task: 'binary_classification',
  better: 'lower',
  description: 'Mean negative log-likelihood; probabilities are clipped to [2⁻⁵², 1 − 2⁻⁵²].',
  fill({ rows, label, score }, _params, each) {
    for (let i = 0; i < rows; i++) each[i] = logLoss(label[i] === 1 ? score[i] : 1 - score[i]);
  },
});
