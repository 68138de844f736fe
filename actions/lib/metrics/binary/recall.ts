import { cellMetric } from '../cell-metric.ts';

export const metric = cellMetric({
  name: 'recall',
  better: 'higher',
  description: "Share of the positive rows that are predicted positive at the version's own threshold.",
  at({ truePositive: tp, falseNegative: fn }) {
    const positive = tp + fn;
    return {
      value: tp / positive,
      by: {
        truePositive: fn / positive / positive,
        falseNegative: -tp / positive / positive,
        falsePositive: 0,
        trueNegative: 0,
      },
    };
  },
});
