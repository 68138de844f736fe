import { totalWeight } from '../mean.ts';
import type { Metric, RegressionPredictions } from '../metric.ts';
import { ascending } from '../radix.ts';

/**
 * The middle of |label − prediction|; with weights, scikit-learn's averaged one: where half the weight lies exactly
 * between two rows, the mean of both.
 */
export const metric: Metric<RegressionPredictions> = {
  name: 'median_absolute_error',
  task: 'regression',
  better: 'lower',
  description: 'Median of |label − prediction|.',
  relative: true,
  params: {},
  smooth: false,
  rootN: true,
  thresholdFromBenchmark: false,
  measure({ rows, label, score, weight }, _params) {
    const error = new Float64Array(rows);
    for (let i = 0; i < rows; i++) error[i] = Math.abs(label[i] - score[i]);
    if (rows === 0) return Number.NaN;
    if (weight === null) {
      error.sort();
      const middle = rows >>> 1;
      return rows % 2 === 1 ? error[middle] : (error[middle - 1] + error[middle]) / 2;
    }
    const order = ascending(error);
    const half = totalWeight(weight, rows) / 2;
    let below = 0;
    for (let k = 0; k < rows; k++) {
      below += weight[order[k]];
      if (below < half || below === 0) continue;
      if (below > half) return error[order[k]];
      let next = k + 1;
      while (next < rows && weight[order[next]] === 0) next++;
      return next < rows ? (error[order[k]] + error[order[next]]) / 2 : error[order[k]];
    }
    return Number.NaN;
  },
};
