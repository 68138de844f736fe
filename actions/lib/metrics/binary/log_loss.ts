import { weightedMean } from '../mean.ts';
import type { BinaryPredictions, Metric } from '../metric.ts';

/** Mean of −ln of the probability given to the true class, which is kept within [ε, 1 − ε], ε = 2⁻⁵², as scikit-learn does. */
export const metric: Metric<BinaryPredictions> = {
  name: 'log_loss',
  task: 'binary_classification',
  better: 'lower',
  description: 'Mean negative log-likelihood; probabilities are clipped to [2⁻⁵², 1 − 2⁻⁵²].',
  relative: true,
  params: {},
  smooth: true,
  rootN: true,
  thresholdFromBenchmark: false,
  measure({ rows, label, score, weight }, _params, influence = new Float64Array(rows)) {
    const low = Number.EPSILON;
    const high = 1 - Number.EPSILON;
    for (let i = 0; i < rows; i++) {
      const p = label[i] === 1 ? score[i] : 1 - score[i];
      influence[i] = -Math.log(p < low ? low : p > high ? high : p);
    }
    return weightedMean(influence, weight, rows, influence);
  },
};
