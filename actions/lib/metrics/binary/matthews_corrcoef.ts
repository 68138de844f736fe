import { cellMetric } from '../cell-metric.ts';

export const metric = cellMetric({
  name: 'matthews_corrcoef',
  better: 'higher',
  range: [-1, 1],
  description: "Matthews' correlation of prediction and label at the version's own threshold.",
  /**
   * (TP·TN − FP·FN) / √(P·N·P̂·N̂), with P, N the positive and negative weight, P̂, N̂ the weight predicted so. Each cell
   * lies in one of P, N and in one of P̂, N̂; the derivative of the root's logarithm by it is half the sum of their inverses.
   * Undefined (scikit-learn says 0) where one of the four is 0.
   */
  at({ truePositive: tp, falsePositive: fp, falseNegative: fn, trueNegative: tn }) {
    const positive = tp + fn;
    const negative = tn + fp;
    const predictedPositive = tp + fp;
    const predictedNegative = tn + fn;
    // Two roots, so that the product of four large weights keeps its precision.
    const root = Math.sqrt(positive * negative) * Math.sqrt(predictedPositive * predictedNegative);
    const value = (tp * tn - fp * fn) / root;
    const half = value / 2;
    return {
      value,
      by: {
        truePositive: tn / root - half * (1 / positive + 1 / predictedPositive),
        trueNegative: tp / root - half * (1 / negative + 1 / predictedNegative),
        falsePositive: -fn / root - half * (1 / negative + 1 / predictedPositive),
        falseNegative: -fp / root - half * (1 / positive + 1 / predictedNegative),
      },
    };
  },
});
