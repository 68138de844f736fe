import { kept } from '#lib/metrics/kept.ts';

/** How many different codes there are (0 … G − 1, some of which may be missing): the clusters of these rows. */
export const countClusters = kept((codes: Int32Array): number => {
  const seen = new Uint8Array(largestCode(codes) + 1);
  let count = 0;
  for (let i = 0; i < codes.length; i++) {
    if (seen[codes[i]] === 0) count++;
    seen[codes[i]] = 1;
  }
  return count;
});

/** G − 1; −1 where there are no rows. */
export const largestCode = kept((codes: Int32Array): number => {
  let largest = -1;
  for (let i = 0; i < codes.length; i++) if (codes[i] > largest) largest = codes[i];
  return largest;
});
