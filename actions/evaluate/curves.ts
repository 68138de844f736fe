import type { BinaryPredictions } from '#lib/metrics/metric.ts';

const MOST_POINTS = 200;

type Point = [x: number, y: number];

/**
 * The ROC curve (false-positive rate, true-positive rate) and the precision-recall curve (recall, precision) of one
 * version: one point per distinct probability, thinned to `MOST_POINTS` at even steps along the rows, ends kept.
 */
export function curves(predictions: BinaryPredictions): { roc: Point[]; precision_recall: Point[] } {
  const { rows, label, score, weight } = predictions;
  const order = predictions.order();
  let positives = 0;
  let negatives = 0;
  for (let row = 0; row < rows; row++) {
    const w = weight === null ? 1 : weight[row];
    if (label[row] === 1) positives += w;
    else negatives += w;
  }
  const roc: Point[] = [[0, 0]];
  const precisionRecall: Point[] = [];
  let truePositives = 0;
  let falsePositives = 0;
  const step = Math.max(1, rows / (MOST_POINTS - 2));
  let nextPoint = step;
  for (let at = rows - 1; at >= 0; at--) {
    const row = order[at];
    const w = weight === null ? 1 : weight[row];
    if (label[row] === 1) truePositives += w;
    else falsePositives += w;
    const tied = at > 0 && score[order[at - 1]] === score[row];
    if (tied || (rows - at < nextPoint && at > 0)) continue;
    while (nextPoint <= rows - at) nextPoint += step;
    roc.push([falsePositives / negatives, truePositives / positives]);
    precisionRecall.push([truePositives / positives, truePositives / (truePositives + falsePositives)]);
  }
  return { roc: roc.slice(0, MOST_POINTS), precision_recall: precisionRecall.slice(0, MOST_POINTS) };
}
