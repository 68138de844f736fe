import { kept } from './kept.ts';
import type { BinaryPredictions, CellWeights } from './metric.ts';

/** The confusion matrix at the version's own threshold. */
export interface Confusion extends CellWeights {
  /** Cell of each row: 2 × (predicted positive) + label. */
  cell: Uint8Array;
}

/** The derivative of a metric by the weight in each cell. */
export type CellDerivatives = CellWeights;

/** The confusion matrix of these predictions; made on first use, then kept with them. */
export const confusion: (predictions: BinaryPredictions) => Confusion = kept(count);

function count({ rows, label, score, threshold, weight }: BinaryPredictions): Confusion {
  const cell = new Uint8Array(rows);
  if (weight === null) {
    let positive = 0;
    let predicted = 0;
    let both = 0;
    for (let i = 0; i < rows; i++) {
      const y = label[i];
      const p = score[i] >= threshold ? 1 : 0;
      cell[i] = 2 * p + y;
      positive += y;
      predicted += p;
      both += p & y;
    }
    return {
      truePositive: both,
      falsePositive: predicted - both,
      falseNegative: positive - both,
      trueNegative: rows - predicted - positive + both,
      cell,
    };
  }
  const sum = new Float64Array(4);
  for (let i = 0; i < rows; i++) {
    const c = (score[i] >= threshold ? 2 : 0) + label[i];
    cell[i] = c;
    sum[c] += weight[i];
  }
  return { trueNegative: sum[0], falseNegative: sum[1], falsePositive: sum[2], truePositive: sum[3], cell };
}

/** Fills the influence of a metric that depends on the rows through the confusion matrix alone. */
export function influenceByCell(predictions: BinaryPredictions, by: CellDerivatives, influence: Float64Array): void {
  const { cell } = confusion(predictions);
  const { rows, weight } = predictions;
  const derivative = Float64Array.of(by.trueNegative, by.falseNegative, by.falsePositive, by.truePositive);
  if (weight === null) for (let i = 0; i < rows; i++) influence[i] = derivative[cell[i]];
  else for (let i = 0; i < rows; i++) influence[i] = weight[i] * derivative[cell[i]];
}

/**
 * The change that flipping the prediction of one row of average weight makes, to first order: the larger of that of a
 * positive row (false negative to true positive) and that of a negative row.
 */
export function stepByCell({ rows, weight }: BinaryPredictions, by: CellDerivatives): number {
  let total = rows;
  if (weight !== null) {
    total = 0;
    for (let i = 0; i < rows; i++) total += weight[i];
  }
  const positive = Math.abs(by.truePositive - by.falseNegative);
  const negative = Math.abs(by.trueNegative - by.falsePositive);
  return (total / rows) * Math.max(positive, negative);
}
