import { meanMetric } from '../mean.ts';
import type { MulticlassPredictions } from '../metric.ts';

/** scikit-learn keeps each probability within [ε, 1 − ε], with ε of its floating-point type: here 2⁻⁵², of float64. */
export const metric = meanMetric<MulticlassPredictions>({
  name: 'log_loss',
  task: 'multiclass_classification',
  better: 'lower',
  description: 'Mean negative log-likelihood; probabilities are clipped to [2⁻⁵², 1 − 2⁻⁵²].',
  fill({ rows, classes, label, score }, _params, each) {
    const low = Number.EPSILON;
    const high = 1 - Number.EPSILON;
    for (let i = 0; i < rows; i++) {
      const p = score[i * classes + label[i]];
      each[i] = -Math.log(p < low ? low : p > high ? high : p);
    }
  },
});
