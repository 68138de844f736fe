import { cellMetric } from '../cell-metric.ts';

/**
 * No side of it is the better one: `better` is there for the form only, and it can't be a relative guardrail, which
 * would need a direction. Hold it with at_least and at_most.
 */
export const metric = cellMetric({
  name: 'positive_rate',
  better: 'higher',
  description: "Share of the rows predicted positive at the version's own threshold; neither side is better.",
  relative: false,
  at({ truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn }) {
    const total = tp + fp + fn + tn;
    const value = (tp + fp) / total;
    const inside = (1 - value) / total;
    const outside = -value / total;
    return {
      value,
      by: { truePositive: inside, falsePositive: inside, falseNegative: outside, trueNegative: outside },
    };
  },
});
