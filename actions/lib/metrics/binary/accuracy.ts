import { cellMetric } from '../cell-metric.ts';

export const metric = cellMetric({
  name: 'accuracy',
  better: 'higher',
  description: "Share of the rows that are classified rightly at the version's own threshold.",
  at({ truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn }) {
    const total = tp + fp + fn + tn;
    const value = (tp + tn) / total;
    const right = (1 - value) / total;
    const wrong = -value / total;
    return { value, by: { truePositive: right, trueNegative: right, falsePositive: wrong, falseNegative: wrong } };
  },
});
