import { logLoss } from '../log-loss.ts';
import { meanMetric } from '../mean.ts';
import type { MulticlassPredictions } from '../metric.ts';

export const metric = meanMetric<MulticlassPredictions>({
  name: 'log_loss',
  task: 'multiclass_classification',
  better: 'lower',
  description: 'Mean negative log-likelihood; probabilities are clipped to [2⁻⁵², 1 − 2⁻⁵²].',
  fill({ rows, classes, label, score }, _params, each) {
    for (let i = 0; i < rows; i++) each[i] = logLoss(score[i * classes + label[i]]);
  },
});
