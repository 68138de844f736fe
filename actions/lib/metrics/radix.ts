/** Runs of values that float32 can't tell apart, up to this length, are put in order by insertion. */
const SHORT_RUN = 16;

/**
 * Row numbers by ascending value; equal values keep their order. `values` must not hold NaN.
 *
 * The numbers are rounded to float32, which never swaps two of them, and sorted by those 32 bits with a radix sort
 * (least significant digit first, three digits of 11, 11 and 10 bits): linear in the rows, without comparisons. What
 * most ONNX models put out are float32 to begin with, and then the work is done; else each run that rounding has made
 * equal is put right at the end.
 */
export function ascending(values: Float64Array): Uint32Array {
  const rows = values.length;
  const single = new Float32Array(rows);
  let exact = true;
  for (let i = 0; i < rows; i++) {
    single[i] = values[i];
    if (single[i] !== values[i]) exact = false;
  }
  const key = new Uint32Array(single.buffer);
  const order = sortByKey(key);
  if (!exact) mendRuns(values, key, order);
  return order;
}

/**
 * Sorts by the bits of float32 numbers. Afterwards `key` holds the sorted keys: the bits turned into unsigned integers
 * of the same order (negative numbers inverted, the sign of the others set).
 */
function sortByKey(key: Uint32Array): Uint32Array {
  const rows = key.length;
  const low = new Uint32Array(2048);
  const middle = new Uint32Array(2048);
  const high = new Uint32Array(1024);
  for (let i = 0; i < rows; i++) {
    const bits = key[i];
    // −0 equals 0 and gets its key.
    const k = bits <= 0x80000000 ? bits | 0x80000000 : ~bits;
    key[i] = k;
    low[k & 2047]++;
    middle[(k >>> 11) & 2047]++;
    high[k >>> 22]++;
  }
  toStarts(low);
  toStarts(middle);
  toStarts(high);
  const order = new Uint32Array(rows);
  const otherKey = new Uint32Array(rows);
  const otherOrder = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) {
    const k = key[i];
    const at = low[k & 2047]++;
    otherKey[at] = k;
    otherOrder[at] = i;
  }
  for (let i = 0; i < rows; i++) {
    const k = otherKey[i];
    const at = middle[(k >>> 11) & 2047]++;
    key[at] = k;
    order[at] = otherOrder[i];
  }
  for (let i = 0; i < rows; i++) {
    const k = key[i];
    const at = high[k >>> 22]++;
    otherKey[at] = k;
    otherOrder[at] = order[i];
  }
  key.set(otherKey);
  return otherOrder;
}

/** Counts of a digit's values become the positions where each value starts. */
function toStarts(counts: Uint32Array): void {
  let at = 0;
  for (let b = 0; b < counts.length; b++) {
    const count = counts[b];
    counts[b] = at;
    at += count;
  }
}

/** Puts the rows in order within each run of one key. */
function mendRuns(values: Float64Array, key: Uint32Array, order: Uint32Array): void {
  const rows = order.length;
  for (let from = 0; from < rows; ) {
    let to = from + 1;
    while (to < rows && key[to] === key[from]) to++;
    if (to - from <= SHORT_RUN) insertionSort(values, order, from, to);
    else if (!isAscending(values, order, from, to)) order.subarray(from, to).sort((a, b) => values[a] - values[b]);
    from = to;
  }
}

/** A run of one repeated value, such as a leaf of a tree puts out, is the usual case of a long run. */
function isAscending(values: Float64Array, order: Uint32Array, from: number, to: number): boolean {
  for (let k = from + 1; k < to; k++) if (values[order[k]] < values[order[k - 1]]) return false;
  return true;
}

function insertionSort(values: Float64Array, order: Uint32Array, from: number, to: number): void {
  for (let i = from + 1; i < to; i++) {
    const row = order[i];
    const value = values[row];
    let j = i;
    for (; j > from && values[order[j - 1]] > value; j--) order[j] = order[j - 1];
    order[j] = row;
  }
}
