import { cellMetric } from '../cell-metric.ts';
import { parameter } from '../params.ts';

export const metric = cellMetric({
  name: 'expected_cost',
  better: 'lower',
  range: [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY],
  description:
    "Mean cost of a row at the version's own threshold, from the cost of each outcome; a gain is a negative cost.",
  params: { false_positive: null, false_negative: null, true_positive: 0, true_negative: 0 },
  at({ truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn }, params) {
    const truePositive = parameter(params, 'true_positive');
    const falsePositive = parameter(params, 'false_positive');
    const falseNegative = parameter(params, 'false_negative');
    const trueNegative = parameter(params, 'true_negative');
    const total = tp + fp + fn + tn;
    const value = (tp * truePositive + fp * falsePositive + fn * falseNegative + tn * trueNegative) / total;
    return {
      value,
      by: {
        truePositive: (truePositive - value) / total,
        falsePositive: (falsePositive - value) / total,
        falseNegative: (falseNegative - value) / total,
        trueNegative: (trueNegative - value) / total,
      },
    };
  },
});
