import { kept } from './kept.ts';
import type { MulticlassPredictions } from './metric.ts';

/** Weights by class at the most probable class of each row; arrays have one entry a class. */
export interface ClassCounts {
  /** Weight of the rows of the class that are predicted so. */
  hit: Float64Array;
  /** Weight of the rows whose true class it is. */
  support: Float64Array;
  /** Weight of the rows predicted so. */
  predicted: Float64Array;
  total: number;
  /** The predicted class of each row: the most probable one, the first of equals. */
  prediction: Int32Array;
}

/** Derivatives of a metric by `hit`, `support` and `predicted` of each class. */
export type ClassDerivatives = Pick<ClassCounts, 'hit' | 'support' | 'predicted'>;

/** The counts of these predictions; made on first use, then kept with them. */
export const classCounts: (predictions: MulticlassPredictions) => ClassCounts = kept(count);

function count({ rows, classes, label, score, weight }: MulticlassPredictions): ClassCounts {
  const counts: ClassCounts = {
    hit: new Float64Array(classes),
    support: new Float64Array(classes),
    predicted: new Float64Array(classes),
    total: 0,
    prediction: new Int32Array(rows),
  };
  const { hit, support, predicted, prediction } = counts;
  for (let i = 0, at = 0; i < rows; i++, at += classes) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (score[at + c] > score[at + best]) best = c;
    const truth = label[i];
    const w = weight === null ? 1 : weight[i];
    prediction[i] = best;
    support[truth] += w;
    predicted[best] += w;
    if (best === truth) hit[truth] += w;
    counts.total += w;
  }
  return counts;
}

/** Fills the influence of a metric that depends on the rows through the counts alone. */
export function influenceByClass(
  predictions: MulticlassPredictions,
  { hit, support, predicted }: ClassDerivatives,
  influence: Float64Array,
): void {
  const { prediction } = classCounts(predictions);
  const { rows, label, weight } = predictions;
  for (let i = 0; i < rows; i++) {
    const truth = label[i];
    const best = prediction[i];
    const derivative = support[truth] + predicted[best] + (truth === best ? hit[truth] : 0);
    influence[i] = weight === null ? derivative : weight[i] * derivative;
  }
}

/**
 * The largest change, to first order, that moving one right prediction of average weight to another class makes: the
 * class loses hit and predicted weight, the other one gains predicted weight.
 */
export function stepByClass(predictions: MulticlassPredictions, { hit, predicted }: ClassDerivatives): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const p of predicted) {
    low = Math.min(low, p);
    high = Math.max(high, p);
  }
  let most = 0;
  for (let c = 0; c < hit.length; c++) {
    const lost = hit[c] + predicted[c];
    most = Math.max(most, Math.abs(lost - low), Math.abs(lost - high));
  }
  return (classCounts(predictions).total / predictions.rows) * most;
}
