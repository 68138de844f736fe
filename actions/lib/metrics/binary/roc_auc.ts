import { rankMetric } from '../rank-metric.ts';

/**
 * The probability that a random positive row scores higher than a random negative one, ties counting half.
 *
 * Its influence values are the placements of DeLong, DeLong & Clarke-Pearson (1988): for a positive row the share of
 * negative weight below it, for a negative row the share of positive weight above it, each less the area.
 */
export const metric = rankMetric({
  name: 'roc_auc',
  description: 'Area under the ROC curve; ties count half.',
  at({ row, label, weight, end, positive, negative }, influence) {
    let area = 0;
    let below = 0;
    for (let g = 0, k = 0; g < end.length; g++) {
      let ones = 0;
      let zeros = 0;
      for (; k < end[g]; k++) {
        const w = weight === null ? 1 : weight[k];
        if (label[k] === 1) ones += w;
        else zeros += w;
      }
      area += ones * (below + zeros / 2);
      below += zeros;
    }
    const value = area / (positive * negative);
    if (influence === undefined) return value;

    let onesBelow = 0;
    let zerosBelow = 0;
    for (let g = 0, from = 0; g < end.length; g++) {
      let ones = 0;
      let zeros = 0;
      for (let k = from; k < end[g]; k++) {
        const w = weight === null ? 1 : weight[k];
        if (label[k] === 1) ones += w;
        else zeros += w;
      }
      const ofOne = ((zerosBelow + zeros / 2) / negative - value) / positive;
      const ofZero = ((positive - onesBelow - ones / 2) / positive - value) / negative;
      for (let k = from; k < end[g]; k++) {
        const w = weight === null ? 1 : weight[k];
        influence[row[k]] = w * (label[k] === 1 ? ofOne : ofZero);
      }
      onesBelow += ones;
      zerosBelow += zeros;
      from = end[g];
    }
    return value;
  },
});
