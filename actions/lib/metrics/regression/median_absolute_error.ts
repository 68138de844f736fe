import { kept } from '../kept.ts';
import { totalWeight } from '../mean.ts';
import type { Metric, RegressionPredictions } from '../metric.ts';
import { originOf } from '../predictions.ts';
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
  measure(predictions) {
    const { rows, weight } = predictions;
    if (rows === 0) return Number.NaN;
    if (weight === null) {
      const error = errors(predictions).sort();
      const middle = rows >>> 1;
      return rows % 2 === 1 ? error[middle] : (error[middle - 1] + error[middle]) / 2;
    }
    const { error, row } = sortedErrors(originOf(predictions));
    const half = totalWeight(weight, rows) / 2;
    let below = 0;
    for (let k = 0; k < rows; k++) {
      below += weight[row[k]];
      if (below < half || below === 0) continue;
      if (below > half) return error[k];
      let next = k + 1;
      while (next < rows && weight[row[next]] === 0) next++;
      return next < rows ? (error[k] + error[next]) / 2 : error[k];
    }
    return Number.NaN;
  },
};

/** |label − prediction| of each row. */
function errors({ rows, label, score }: RegressionPredictions): Float64Array<ArrayBuffer> {
  const error = new Float64Array(rows);
  for (let i = 0; i < rows; i++) error[i] = Math.abs(label[i] - score[i]);
  return error;
}

/** Errors in ascending order, with the row of each. */
interface SortedErrors {
  error: Float64Array;
  row: Uint32Array;
}

const sortedErrors = kept((predictions: RegressionPredictions): SortedErrors => {
  const error = errors(predictions);
  return { error: error.toSorted(), row: ascending(error) };
});
