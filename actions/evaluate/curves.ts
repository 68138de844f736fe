import type { BinaryPredictions } from '#lib/metrics/metric.ts';
import { ranking } from '#lib/metrics/ranking.ts';

const MOST_POINTS = 200;

type Point = [x: number, y: number];

/**
 * The ROC curve (false-positive rate, true-positive rate) and the precision-recall curve (recall, precision) of one
 * version: one point per distinct probability, thinned to `MOST_POINTS` at even steps along the rows, ends kept.
 */
export function curves(predictions: BinaryPredictions): { roc: Point[]; precision_recall: Point[] } {
  const { rows } = predictions;
  const { label, weight, end, positive, negative } = ranking(predictions);
  const roc: Point[] = [[0, 0]];
  const precisionRecall: Point[] = [];
  let truePositives = 0;
  let falsePositives = 0;
  const step = Math.max(1, rows / (MOST_POINTS - 2));
  let nextPoint = step;
  // From the highest score down, a group of equal scores at a time.
  for (let group = end.length - 1; group >= 0; group--) {
    const from = group === 0 ? 0 : end[group - 1];
    for (let k = end[group] - 1; k >= from; k--) {
      const w = weight === null ? 1 : weight[k];
      if (label[k] === 1) truePositives += w;
      else falsePositives += w;
    }
    const seen = rows - from;
    if (seen < nextPoint && group > 0) continue;
    while (nextPoint <= seen) nextPoint += step;
    roc.push([falsePositives / negative, truePositives / positive]);
    precisionRecall.push([truePositives / positive, truePositives / (truePositives + falsePositives)]);
  }
  return { roc: roc.slice(0, MOST_POINTS), precision_recall: precisionRecall.slice(0, MOST_POINTS) };
}
