import type { BinaryPredictions, MulticlassPredictions } from '#lib/metrics/metric.ts';
import { predictedClass } from './decision.ts';

/** Weighted counts: rows by true class, columns by predicted class. */
export function confusion(predictions: BinaryPredictions | MulticlassPredictions): number[][] {
  const { rows, label, weight } = predictions;
  const classes = predictions.task === 'binary_classification' ? 2 : predictions.classes;
  const predicted = predictedClass(predictions);
  const counts = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < rows; row++) {
    counts[label[row]][predicted[row]] += weight === null ? 1 : weight[row];
  }
  return counts;
}
