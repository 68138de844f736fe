import { kept } from './kept.ts';
import type { BinaryPredictions } from './metric.ts';
import { originOf } from './predictions.ts';

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

/** The ranking of these predictions; made on first use, then kept with them. */
export const ranking: (predictions: BinaryPredictions) => Ranking = kept((predictions) => {
  const origin = originOf(predictions);
  return weigh(predictions, origin === predictions ? ties(predictions) : ranking(origin));
});

/** What does not depend on the weights. */
function ties(predictions: BinaryPredictions): Pick<Ranking, 'row' | 'label' | 'end'> {
  const { rows, score } = predictions;
  const row = predictions.order();
  const label = new Uint8Array(rows);
  const end = new Uint32Array(rows);
  let groups = 0;
  let last = rows === 0 ? 0 : score[row[0]];
  for (let k = 0; k < rows; k++) {
    const i = row[k];
    if (score[i] !== last) {
      end[groups++] = k;
      last = score[i];
    }
    label[k] = predictions.label[i];
  }
  if (rows > 0) end[groups++] = rows;
  return { row, label, end: end.subarray(0, groups) };
}

function weigh(predictions: BinaryPredictions, { row, label, end }: Pick<Ranking, 'row' | 'label' | 'end'>): Ranking {
  const { rows } = predictions;
  let positive = 0;
  let negative = 0;
  if (predictions.weight === null) {
    for (let k = 0; k < rows; k++) positive += label[k];
    return { row, label, weight: null, end, positive, negative: rows - positive };
  }
  const weight = new Float64Array(rows);
  // From the top down, as the sums that are held against these totals run: at the last row they are equal to the bit.
  for (let k = rows - 1; k >= 0; k--) {
    const w = predictions.weight[row[k]];
    weight[k] = w;
    if (label[k] === 1) positive += w;
    else negative += w;
  }
  return { row, label, weight, end, positive, negative };
}
