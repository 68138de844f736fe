import type { BinaryPredictions, MulticlassPredictions } from '#lib/metrics/metric.ts';

/**
 * The class that each row is decided to be of: for two classes by the version's own threshold, otherwise the class of
 * the highest probability (the first of equals, as numpy's argmax).
 */
export function predictedClass(predictions: BinaryPredictions | MulticlassPredictions): Int32Array {
  const { rows, score } = predictions;
  const predicted = new Int32Array(rows);
  if (predictions.task === 'binary_classification') {
    for (let row = 0; row < rows; row++) predicted[row] = score[row] >= predictions.threshold ? 1 : 0;
    return predicted;
  }
  const { classes } = predictions;
  for (let row = 0; row < rows; row++) {
    let best = 0;
    for (let k = 1; k < classes; k++) {
      if (score[row * classes + k] > score[row * classes + best]) best = k;
    }
    predicted[row] = best;
  }
  return predicted;
}
