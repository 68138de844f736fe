/** Counts once: the same codes are asked for again and again. The arrays are never changed after they are made. */
const counted = new WeakMap<Int32Array, number>();

/** How many different codes there are (0 … G − 1, some of which may be missing): the clusters of these rows. */
export function countClusters(codes: Int32Array): number {
  const known = counted.get(codes);
  if (known !== undefined) return known;
  let largest = -1;
  for (let i = 0; i < codes.length; i++) if (codes[i] > largest) largest = codes[i];
  const seen = new Uint8Array(largest + 1);
  let count = 0;
  for (let i = 0; i < codes.length; i++) {
    if (seen[codes[i]] === 0) count++;
    seen[codes[i]] = 1;
  }
  counted.set(codes, count);
  return count;
}
