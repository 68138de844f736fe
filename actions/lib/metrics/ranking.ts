import type { BinaryPredictions } from './metric.ts';

/** Predictions in the order of their score, with the ends of the groups of equal scores. */
export interface Ranking {
  /** Row numbers by ascending score. */
  row: Uint32Array;
  /** Labels in that order. */
  label: Uint8Array;
  /** Weights in that order; `null` where every row counts 1. */
  weight: Float64Array | null;
  /** Group g of equal scores spans positions `end[g − 1]` (0 for the first) up to, without, `end[g]`. */
  end: Uint32Array;
  /** Total weight of the positive rows, and of the negative ones. */
  positive: number;
  negative: number;
}

const known = new WeakMap<BinaryPredictions, Ranking>();

/** The ranking of these predictions; made on first use, then kept with them. */
export function ranking(predictions: BinaryPredictions): Ranking {
  let found = known.get(predictions);
  if (found === undefined) {
    found = rank(predictions);
    known.set(predictions, found);
  }
  return found;
}

function rank(predictions: BinaryPredictions): Ranking {
  const { rows, score } = predictions;
  const row = predictions.order();
  const label = new Uint8Array(rows);
  const weight = predictions.weight === null ? null : new Float64Array(rows);
  const end = new Uint32Array(rows);
  let groups = 0;
  let positive = 0;
  let last = rows === 0 ? 0 : score[row[0]];
  for (let k = 0; k < rows; k++) {
    const i = row[k];
    if (score[i] !== last) {
      end[groups++] = k;
      last = score[i];
    }
    label[k] = predictions.label[i];
    positive += label[k];
    if (weight !== null && predictions.weight !== null) weight[k] = predictions.weight[i];
  }
  if (rows > 0) end[groups++] = rows;
  let negative = rows - positive;
  if (weight !== null) {
    // From the top down, as the sums that are held against these totals run: at the last row they are equal to the bit.
    positive = 0;
    negative = 0;
    for (let k = rows - 1; k >= 0; k--) {
      if (label[k] === 1) positive += weight[k];
      else negative += weight[k];
    }
  }
  return { row, label, weight, end: end.subarray(0, groups), positive, negative };
}
