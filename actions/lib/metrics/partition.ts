import type { BinaryPredictions, MulticlassPredictions, Predictions, RegressionPredictions } from './metric.ts';
import { binaryPredictions, multiclassPredictions, regressionPredictions } from './predictions.ts';

/** Rows put into groups, for instance by the values of a slice column. */
export interface Grouping {
  /** Row numbers of each group, ascending. */
  rows: Uint32Array[];
  /** Group of each row, and where it stands among its group's rows; a row of a negative group is in none. */
  group: ArrayLike<number>;
  position: Uint32Array;
}

/** Sorts rows into `groups` groups by `codes[row]`, 0 to groups − 1 or negative for none, in linear time. */
export function groupRows(codes: Int32Array | Uint16Array, groups: number): Grouping {
  const position = new Uint32Array(codes.length);
  const size = new Uint32Array(groups);
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) position[i] = size[codes[i]]++;
  const rows = Array.from(size, (length) => new Uint32Array(length));
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) rows[codes[i]][position[i]] = i;
  return { rows, group: codes, position };
}

/**
 * The predictions of each group alone, row k of group g being row `grouping.rows[g][k]` of the whole. The orders by
 * score are taken from the whole's, for all groups in one pass when the first is asked for: nothing is sorted again.
 */
export function partition(predictions: BinaryPredictions, grouping: Grouping): BinaryPredictions[];
export function partition(predictions: MulticlassPredictions, grouping: Grouping): MulticlassPredictions[];
export function partition(predictions: RegressionPredictions, grouping: Grouping): RegressionPredictions[];
export function partition(predictions: Predictions, grouping: Grouping): Predictions[];
export function partition(predictions: Predictions, grouping: Grouping): Predictions[] {
  const { weight } = predictions;
  if (predictions.task === 'binary_classification') {
    const { label, score, threshold } = predictions;
    let orders: Uint32Array[] | undefined;
    const orderOf = (g: number) => {
      orders ??= splitOrder(predictions.order(), grouping);
      return orders[g];
    };
    return grouping.rows.map((rows, g) =>
      binaryPredictions(
        { label: pickBytes(label, rows), score: pick(score, rows), threshold, weight: pickWeight(weight, rows) },
        () => orderOf(g),
      ),
    );
  }
  if (predictions.task === 'regression') {
    const { label, score } = predictions;
    return grouping.rows.map((rows) =>
      regressionPredictions({ label: pick(label, rows), score: pick(score, rows), weight: pickWeight(weight, rows) }),
    );
  }
  const { label, score, classes } = predictions;
  return grouping.rows.map((rows) => {
    const ownLabel = new Int32Array(rows.length);
    const ownScore = new Float64Array(rows.length * classes);
    for (let k = 0; k < rows.length; k++) {
      ownLabel[k] = label[rows[k]];
      const from = rows[k] * classes;
      for (let c = 0; c < classes; c++) ownScore[k * classes + c] = score[from + c];
    }
    return multiclassPredictions({ label: ownLabel, score: ownScore, classes, weight: pickWeight(weight, rows) });
  });
}

/** The predictions of the given rows alone. Where there are many such sets, `partition` makes them all at once. */
export function subset(predictions: BinaryPredictions, rows: Uint32Array): BinaryPredictions;
export function subset(predictions: MulticlassPredictions, rows: Uint32Array): MulticlassPredictions;
export function subset(predictions: RegressionPredictions, rows: Uint32Array): RegressionPredictions;
export function subset(predictions: Predictions, rows: Uint32Array): Predictions;
export function subset(predictions: Predictions, rows: Uint32Array): Predictions {
  const codes = new Int32Array(predictions.rows).fill(-1);
  for (const row of rows) codes[row] = 0;
  return partition(predictions, groupRows(codes, 1))[0];
}

/** The whole's order by score, dealt out to the groups. */
function splitOrder(order: Uint32Array, { rows, group, position }: Grouping): Uint32Array[] {
  const own = rows.map(({ length }) => new Uint32Array(length));
  const at = new Uint32Array(rows.length);
  for (let k = 0; k < order.length; k++) {
    const row = order[k];
    const g = group[row];
    if (g >= 0) own[g][at[g]++] = position[row];
  }
  return own;
}

function pick(values: Float64Array, rows: Uint32Array): Float64Array {
  const own = new Float64Array(rows.length);
  for (let k = 0; k < rows.length; k++) own[k] = values[rows[k]];
  return own;
}

function pickBytes(values: Uint8Array, rows: Uint32Array): Uint8Array {
  const own = new Uint8Array(rows.length);
  for (let k = 0; k < rows.length; k++) own[k] = values[rows[k]];
  return own;
}

function pickWeight(weight: Float64Array | null, rows: Uint32Array): Float64Array | null {
  return weight === null ? null : pick(weight, rows);
}
