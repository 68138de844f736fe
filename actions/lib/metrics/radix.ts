const DIGIT_BITS = 11;
const BUCKETS = 1 << DIGIT_BITS;
const MASK = BUCKETS - 1;

/**
 * Row numbers by ascending value; equal values keep their order (so 0 and −0, which are equal, do too). `values` must be
 * finite.
 *
 * A radix sort, least significant digit first, on the bits of the numbers: linear in the rows, with no comparison. Bits
 * of an IEEE 754 number order as the number does, once negative ones are flipped. Numbers that a float32 holds exactly
 * (what most ONNX models put out) are sorted by those 32 bits; a digit that is the same in every row costs nothing.
 */
export function ascending(values: Float64Array): Uint32Array {
  const rows = values.length;
  const single = new Float32Array(values);
  let exact = true;
  for (let i = 0; i < rows && exact; i++) exact = single[i] === values[i];
  const words = exact ? [new Uint32Array(single.buffer)] : split(values);
  flip(words);
  return sort(words, rows);
}

/** The low and the high halves of the bits. */
function split(values: Float64Array): Uint32Array[] {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length * 2);
  const low = new Uint32Array(values.length);
  const high = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    low[i] = bits[2 * i];
    high[i] = bits[2 * i + 1];
  }
  return [low, high];
}

/** Turns bits of floating-point numbers into unsigned integers of the same order; −0 becomes 0 first. */
function flip(words: Uint32Array[]): void {
  const high = words[words.length - 1];
  const low = words[0];
  const two = words.length === 2;
  for (let i = 0; i < high.length; i++) {
    if (high[i] === 0x80000000 && (!two || low[i] === 0)) high[i] = 0;
    if (high[i] >= 0x80000000) {
      high[i] = ~high[i];
      if (two) low[i] = ~low[i];
    } else high[i] |= 0x80000000;
  }
}

function sort(words: Uint32Array[], rows: number): Uint32Array {
  let order = new Uint32Array(rows);
  for (let i = 0; i < rows; i++) order[i] = i;
  let next = new Uint32Array(rows);
  const start = new Uint32Array(BUCKETS);
  for (const word of words) {
    for (let shift = 0; shift < 32; shift += DIGIT_BITS) {
      start.fill(0);
      for (let i = 0; i < rows; i++) start[(word[i] >>> shift) & MASK]++;
      if (rows === 0 || start[(word[0] >>> shift) & MASK] === rows) continue;
      for (let b = 0, at = 0; b < BUCKETS; b++) {
        const count = start[b];
        start[b] = at;
        at += count;
      }
      for (let i = 0; i < rows; i++) {
        const row = order[i];
        next[start[(word[row] >>> shift) & MASK]++] = row;
      }
      [order, next] = [next, order];
    }
  }
  return order;
}
