import type { BinaryPredictions } from '#lib/metrics/metric.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';

type Reliability = NonNullable<Evaluation['calibration']>['candidate'];

const BINS = 10;

/**
 * The reliability diagram: rows in `BINS` bins of equal mass by predicted probability, each with its mean prediction
 * and its observed rate of positives (both weighted). Rows with tied predictions stay in one bin, so there may be
 * fewer bins.
 */
export function reliability(predictions: BinaryPredictions): Reliability {
  const { rows, label, score, weight } = predictions;
  const order = predictions.order();
  const bins: Reliability = [];
  let start = 0;
  for (let bin = 1; bin <= BINS && start < rows; bin++) {
    let end = Math.max(start + 1, Math.round((bin * rows) / BINS));
    while (end < rows && score[order[end]] === score[order[end - 1]]) end++;
    let mass = 0;
    let predicted = 0;
    let observed = 0;
    for (let at = start; at < end; at++) {
      const row = order[at];
      const w = weight === null ? 1 : weight[row];
      mass += w;
      predicted += w * score[row];
      observed += w * label[row];
    }
    bins.push({ predicted: predicted / mass, observed: observed / mass, rows: end - start });
    start = end;
  }
  return bins;
}
