/** At most this many bins hold values; one more holds NaN, so that a bin's number fits a byte. */
export const VALUE_BINS = 255;
export const NAN_BIN = 255;

/** The features of all rows as small integers, which is all that growing trees needs to know of them. */
export interface Binned {
  /** Bin of row r and feature f at r × features + f. */
  bins: Uint8Array;
  /** Ascending cut points of each feature: bin b holds the values above cut b − 1 and up to cut b. */
  cuts: Float32Array[];
}

/**
 * Cut points of one feature: between all its distinct values if these are few, else at quantiles of a sample, so that
 * every bin holds about the same number of rows.
 */
export function cutPoints(values: Float32Array, sampleSize = 200_000): Float32Array {
  const step = Math.max(1, Math.floor(values.length / sampleSize));
  const sample = new Float32Array(Math.ceil(values.length / step));
  for (let i = 0; i < sample.length; i++) sample[i] = values[i * step];
  const sorted = sample.filter((value) => !Number.isNaN(value)).sort();
  const distinct = sorted.filter((value, i) => i === 0 || value !== sorted[i - 1]);
  const edges = distinct.length <= VALUE_BINS ? distinct : quantiles(sorted);
  const cuts = new Float32Array(Math.max(0, edges.length - 1));
  for (let i = 0; i < cuts.length; i++) {
    const middle = Math.fround((edges[i] + edges[i + 1]) / 2);
    // Between neighbouring 32-bit numbers there is no middle: the lower one then is the cut.
    cuts[i] = middle < edges[i + 1] ? middle : edges[i];
  }
  return cuts;
}

function quantiles(sorted: Float32Array): Float32Array {
  const picked = new Float32Array(VALUE_BINS);
  for (let b = 0; b < VALUE_BINS; b++) picked[b] = sorted[Math.floor((b * (sorted.length - 1)) / (VALUE_BINS - 1))];
  return picked.filter((value, i) => i === 0 || value !== picked[i - 1]);
}

/** The number of the bin that holds `value`: how many cuts are below it. */
function binOf(value: number, cuts: Float32Array): number {
  if (Number.isNaN(value)) return NAN_BIN;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (cuts[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Bins `columns`, one array of equal length a feature. */
export function bin(columns: readonly Float32Array[]): Binned {
  const rows = columns[0].length;
  const bins = new Uint8Array(rows * columns.length);
  const cuts = columns.map((values, feature) => {
    const of = cutPoints(values);
    for (let row = 0; row < rows; row++) bins[row * columns.length + feature] = binOf(values[row], of);
    return of;
  });
  return { bins, cuts };
}
