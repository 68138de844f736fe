import { meanMetric } from '../mean.ts';
import type { RegressionPredictions } from '../metric.ts';

export const metric = meanMetric<RegressionPredictions>({
  name: 'mean_absolute_error',
  task: 'regression',
  better: 'lower',
  description: 'Mean of |label − prediction|.',
  fill({ rows, label, score }, _params, each) {
    for (let i = 0; i < rows; i++) each[i] = Math.abs(label[i] - score[i]);
  },
});
