import { cellMetric } from '../cell-metric.ts';

export const metric = cellMetric({
  name: 'f1',
  better: 'higher',
  description: "Harmonic mean of precision and recall at the version's own threshold.",
  at({ truePositive: tp, falsePositive: fp, falseNegative: fn }) {
    const whole = 2 * tp + fp + fn;
    const wrong = (-2 * tp) / whole / whole;
    return {
      value: (2 * tp) / whole,
      by: {
        truePositive: (2 * (fp + fn)) / whole / whole,
        falsePositive: wrong,
        falseNegative: wrong,
        trueNegative: 0,
      },
    };
  },
});
