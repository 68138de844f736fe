import { meanMetric } from '../mean.ts';
import type { RegressionPredictions } from '../metric.ts';

export const metric = meanMetric<RegressionPredictions>({
  name: 'mean_absolute_percentage_error',
  task: 'regression',
  better: 'lower',
  description: 'Mean of |label − prediction| ÷ max(|label|, 2⁻⁵²); 1 is 100 %.',
  fill({ rows, label, score }, _params, each) {
    for (let i = 0; i < rows; i++) {
      each[i] = Math.abs(label[i] - score[i]) / Math.max(Math.abs(label[i]), Number.EPSILON);
    }
  },
});
