import { cellMetric } from '../cell-metric.ts';

export const metric = cellMetric({
  name: 'precision',
  better: 'higher',
  description: "Share of the rows predicted positive, at the version's own threshold, that are positive.",
  at({ truePositive: tp, falsePositive: fp }) {
    const predicted = tp + fp;
    return {
      value: tp / predicted,
      by: {
        truePositive: fp / predicted / predicted,
        falsePositive: -tp / predicted / predicted,
        falseNegative: 0,
        trueNegative: 0,
      },
    };
  },
});
