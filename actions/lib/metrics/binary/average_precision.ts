import { rankMetric } from '../rank-metric.ts';

/**
 * AP = Σ_g (a_g / P) · S_g / N_g over the groups g of equal scores, from the highest down: a_g the positive weight of
 * the group, S_g and N_g the positive and the whole weight from the top through the group, P the whole positive weight.
 * This is scikit-learn's step definition, without interpolation.
 *
 * The derivative by the weight of a row in group h has these parts: all rows move N_g of every g from h down, positive
 * rows move S_g there too, their own a_h, and P. The sums "from h down" are totals less running sums.
 */
export const metric = rankMetric({
  name: 'average_precision',
  description: 'Precision averaged over the recall steps, not interpolated; equal scores are one step.',
  at({ row, label, weight, end, positive }, influence) {
    // Σ a_g S_g / N_g, Σ a_g / N_g and Σ a_g S_g / N_g² over all groups.
    let sum = 0;
    let bySeen = 0;
    let byAll = 0;
    for (let g = end.length - 1, seen = 0, all = 0; g >= 0; g--) {
      let ones = 0;
      for (let k = g === 0 ? 0 : end[g - 1]; k < end[g]; k++) {
        const w = weight === null ? 1 : weight[k];
        all += w;
        if (label[k] === 1) ones += w;
      }
      // Most groups are one negative row: no division is spent on them.
      if (ones === 0) continue;
      seen += ones;
      const each = ones / all;
      sum += each * seen;
      bySeen += each;
      byAll += (each * seen) / all;
    }
    const value = sum / positive;
    if (influence === undefined) return value;

    for (let g = end.length - 1, seen = 0, all = 0; g >= 0; g--) {
      const from = g === 0 ? 0 : end[g - 1];
      let ones = 0;
      for (let k = from; k < end[g]; k++) {
        const w = weight === null ? 1 : weight[k];
        all += w;
        if (label[k] === 1) ones += w;
      }
      seen += ones;
      const ofZero = -byAll / positive;
      const ofOne = ones === 0 ? 0 : (seen / all + bySeen - byAll - value) / positive;
      for (let k = from; k < end[g]; k++) {
        const w = weight === null ? 1 : weight[k];
        influence[row[k]] = w * (label[k] === 1 ? ofOne : ofZero);
      }
      if (ones === 0) continue;
      const each = ones / all;
      bySeen -= each;
      byAll -= (each * seen) / all;
    }
    return value;
  },
  /**
   * Each positive row counts in its own precision, and so raises it by (1 − precision) · w / N on average, with N the
   * weight from the top through the row: for 1 + S of 1 + N, with S binomial among N, E[(1 + S) / (1 + N)] is
   * precision + (1 − precision) / (1 + N). The precision without the row itself is estimated from the others.
   */
  bias({ label, weight, end, positive }) {
    let bias = 0;
    for (let g = end.length - 1, seen = 0, all = 0; g >= 0; g--) {
      let ones = 0;
      let squares = 0;
      for (let k = g === 0 ? 0 : end[g - 1]; k < end[g]; k++) {
        const w = weight === null ? 1 : weight[k];
        all += w;
        if (label[k] === 1) {
          ones += w;
          squares += w * w;
        }
      }
      seen += ones;
      const others = all - squares / ones;
      if (others > 1e-9 * all) bias += (squares * (1 - seen / all)) / others;
    }
    return bias / positive;
  },
});
