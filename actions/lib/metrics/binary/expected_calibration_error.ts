import type { BinaryPredictions, Metric } from '../metric.ts';
import { parameter } from '../params.ts';
import { ranking } from '../ranking.ts';

/**
 * Σ_b (W_b / W) |mean label − mean score| over bins of equal weight (the adaptive calibration error of Nixon et al. 2019
 * for one class; Roelofs et al. 2022 find it the less biased kind). 15 bins, as Guo et al. 2017 took.
 *
 * A group of equal scores is never torn: with C the weight strictly below it, it belongs to bin ⌊bins · C / W⌋. So the
 * bins' edges are the scores' quantiles in their step form (numpy's `inverted_cdf`), where scikit-learn's
 * `calibration_curve(strategy='quantile')` interpolates between scores.
 *
 * An absolute value of noise is never negative: the error is biased upwards, less so with more rows, and so its
 * intervals carry no claim of coverage.
 */
export const metric: Metric<BinaryPredictions> = {
  name: 'expected_calibration_error',
  task: 'binary_classification',
  better: 'lower',
  description: 'Mean distance between predicted probability and observed rate over bins of equal weight.',
  relative: true,
  params: { bins: 15 },
  smooth: false,
  rootN: false,
  range: [0, 1],
  thresholdFromBenchmark: false,
  measure(predictions, params) {
    const { row, label, weight, end, positive, negative } = ranking(predictions);
    const { score } = predictions;
    const bins = parameter(params, 'bins', { low: 1, whole: true });
    const total = positive + negative;
    // Σ w · label − Σ w · score of each bin.
    const gap = new Float64Array(bins);
    for (let g = 0, k = 0, below = 0, bin = 0; g < end.length; g++) {
      const value = score[row[k]];
      let ones = 0;
      let all = 0;
      for (; k < end[g]; k++) {
        const w = weight === null ? 1 : weight[k];
        all += w;
        ones += w * label[k];
      }
      while (bin < bins - 1 && below * bins >= (bin + 1) * total) bin++;
      gap[bin] += ones - all * value;
      below += all;
    }
    let sum = 0;
    for (const each of gap) sum += Math.abs(each);
    return sum / total;
  },
};
