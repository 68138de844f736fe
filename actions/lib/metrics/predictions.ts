import type { BinaryPredictions, MulticlassPredictions, Predictions, RegressionPredictions } from './metric.ts';
import { ascending } from './radix.ts';

/** What a constructor takes: the fields of the predictions without those that follow from them. */
type BinaryColumns = Pick<BinaryPredictions, 'label' | 'score' | 'threshold' | 'weight'>;
type MulticlassColumns = Pick<MulticlassPredictions, 'label' | 'score' | 'classes' | 'weight'>;
type RegressionColumns = Pick<RegressionPredictions, 'label' | 'score' | 'weight'>;

/**
 * Predictions of a binary classifier. `order` gives the rows by ascending score where that is already known; otherwise
 * they are sorted on first use.
 */
export function binaryPredictions(
  { label, score, threshold, weight }: BinaryColumns,
  order: () => Uint32Array = () => ascending(score),
): BinaryPredictions {
  let known: Uint32Array | undefined;
  return {
    task: 'binary_classification',
    rows: label.length,
    label,
    score,
    threshold,
    weight,
    order() {
      known ??= order();
      return known;
    },
  };
}

/** Predictions of a classifier with K classes; `score` has rows × K entries, row-major. */
export function multiclassPredictions({ label, score, classes, weight }: MulticlassColumns): MulticlassPredictions {
  return { task: 'multiclass_classification', rows: label.length, classes, label, score, weight };
}

/** Predictions of a regression, in the unit of the label. */
export function regressionPredictions({ label, score, weight }: RegressionColumns): RegressionPredictions {
  return { task: 'regression', rows: label.length, label, score, weight };
}

/** Which predictions these are, but for their weights. */
const origins = new WeakMap<Predictions, Predictions>();

/**
 * The same rows with other weights, as a bootstrap needs them a thousand times: what does not depend on the weights (the
 * order by score, its ties, the order of the errors) is found once, for the predictions that are passed here.
 */
export function reweighted<P extends Predictions>(predictions: P, weight: Float64Array): P;
export function reweighted(predictions: Predictions, weight: Float64Array): Predictions {
  const same = { ...predictions, weight };
  origins.set(same, originOf(predictions));
  return same;
}

/** The predictions that these were reweighted from; themselves where they were not. */
export function originOf<P extends Predictions>(predictions: P): P;
export function originOf(predictions: Predictions): Predictions {
  return origins.get(predictions) ?? predictions;
}

/**
 * Deals the rows out to `groups` groups: row i goes to group `codes[i]`, from 0 to groups − 1, or to none where that is
 * negative. Each group keeps its rows in their order and takes its order by score from the whole's (for all groups in one
 * pass, when the first is asked for it), so nothing is sorted again: linear in the rows, however many groups there are.
 */
export function partition<P extends Predictions>(predictions: P, codes: Int32Array | Uint16Array, groups: number): P[];
export function partition(predictions: Predictions, codes: Int32Array | Uint16Array, groups: number): Predictions[] {
  const position = new Uint32Array(codes.length);
  const size = new Uint32Array(groups);
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) position[i] = size[codes[i]]++;
  const rowsOf = Array.from(size, (length) => new Uint32Array(length));
  for (let i = 0; i < codes.length; i++) if (codes[i] >= 0) rowsOf[codes[i]][position[i]] = i;

  let orders: Uint32Array[] | undefined;
  return rowsOf.map((rows, group) => {
    if (predictions.task !== 'binary_classification') return gather(predictions, rows);
    return gather(predictions, rows, () => {
      orders ??= splitOrder(predictions.order(), codes, position, size);
      return orders[group];
    });
  });
}

/** The given rows alone, each at most once and ascending. `partition` makes many such sets at once. */
export function subset<P extends Predictions>(predictions: P, rows: Uint32Array): P;
export function subset(predictions: Predictions, rows: Uint32Array): Predictions {
  if (predictions.task !== 'binary_classification') return gather(predictions, rows);
  return gather(predictions, rows, () => {
    const codes = new Int32Array(predictions.rows).fill(-1);
    const position = new Uint32Array(predictions.rows);
    for (let k = 0; k < rows.length; k++) {
      codes[rows[k]] = 0;
      position[rows[k]] = k;
    }
    return splitOrder(predictions.order(), codes, position, Uint32Array.of(rows.length))[0];
  });
}

/** The order by score of the whole, dealt out to the groups. */
function splitOrder(
  order: Uint32Array,
  codes: Int32Array | Uint16Array,
  position: Uint32Array,
  size: Uint32Array,
): Uint32Array[] {
  const own = Array.from(size, (length) => new Uint32Array(length));
  const at = new Uint32Array(size.length);
  for (let k = 0; k < order.length; k++) {
    const row = order[k];
    const group = codes[row];
    if (group >= 0) own[group][at[group]++] = position[row];
  }
  return own;
}

function gather(predictions: Predictions, rows: Uint32Array, order?: () => Uint32Array): Predictions {
  const n = rows.length;
  const weight = predictions.weight === null ? null : pick(predictions.weight, rows, new Float64Array(n));
  if (predictions.task === 'multiclass_classification') {
    const { classes } = predictions;
    const label = pick(predictions.label, rows, new Int32Array(n));
    const score = new Float64Array(n * classes);
    for (let k = 0; k < n; k++) {
      const from = rows[k] * classes;
      for (let c = 0; c < classes; c++) score[k * classes + c] = predictions.score[from + c];
    }
    return multiclassPredictions({ label, score, classes, weight });
  }
  const score = pick(predictions.score, rows, new Float64Array(n));
  if (predictions.task === 'regression') {
    return regressionPredictions({ label: pick(predictions.label, rows, new Float64Array(n)), score, weight });
  }
  const label = pick(predictions.label, rows, new Uint8Array(n));
  return binaryPredictions({ label, score, threshold: predictions.threshold, weight }, order);
}

function pick<T extends Float64Array | Int32Array | Uint8Array>(from: T, rows: Uint32Array, into: T): T {
  for (let k = 0; k < rows.length; k++) into[k] = from[rows[k]];
  return into;
}
