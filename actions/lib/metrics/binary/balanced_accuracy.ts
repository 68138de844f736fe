import { cellMetric } from '../cell-metric.ts';

export const metric = cellMetric({
  name: 'balanced_accuracy',
  better: 'higher',
  description: "Mean of the shares of positive and of negative rows classified rightly at the version's own threshold.",
  at({ truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn }) {
    const positive = tp + fn;
    const negative = tn + fp;
    return {
      value: (tp / positive + tn / negative) / 2,
      by: {
        truePositive: fn / positive / positive / 2,
        falseNegative: -tp / positive / positive / 2,
        trueNegative: fp / negative / negative / 2,
        falsePositive: -tn / negative / negative / 2,
      },
    };
  },
});
