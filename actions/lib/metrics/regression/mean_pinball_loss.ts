import { meanMetric } from '../mean.ts';
import type { RegressionPredictions } from '../metric.ts';
import { parameter } from '../params.ts';

export const metric = meanMetric<RegressionPredictions>({
  name: 'mean_pinball_loss',
  task: 'regression',
  better: 'lower',
  description:
    'Mean of α·(label − prediction) where that is positive, else of (1 − α)·(prediction − label): the loss of the quantile α.',
  params: { alpha: 0.5 },
  fill({ rows, label, score }, params, each) {
    const alpha = parameter(params, 'alpha', { low: 0, high: 1 });
    for (let i = 0; i < rows; i++) {
      const over = label[i] - score[i];
      each[i] = over >= 0 ? alpha * over : (alpha - 1) * over;
    }
  },
});
