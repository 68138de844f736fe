/** Adjusted p-values for looking at many tests at once; each array comes back in the order it was given. */

/**
 * Holm's step-down method (1979): rejecting where the adjusted value is at most alpha makes any false rejection at all
 * no likelier than alpha, whatever the dependence between the tests.
 */
export function holm(pValues: readonly number[]): number[] {
  const m = pValues.length;
  const ascending = ranked(pValues);
  const adjusted = new Array<number>(m);
  let largest = 0;
  ascending.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (m - rank) * pValues[index]));
    adjusted[index] = largest;
  });
  return adjusted;
}

/**
 * The step-up method of Benjamini & Yekutieli (2001): bounds the expected share of false rejections, whatever the
 * dependence, hence also for slices that overlap.
 */
export function benjaminiYekutieli(pValues: readonly number[]): number[] {
  const m = pValues.length;
  let harmonic = 0;
  for (let k = 1; k <= m; k++) harmonic += 1 / k;
  const adjusted = new Array<number>(m);
  let smallest = 1;
  ranked(pValues)
    .reverse()
    .forEach((index, fromTop) => {
      smallest = Math.min(smallest, (pValues[index] * m * harmonic) / (m - fromTop));
      adjusted[index] = smallest;
    });
  return adjusted;
}

/** Indices by ascending p. A p-value outside 0 to 1 is a bug of the caller. */
function ranked(pValues: readonly number[]): number[] {
  for (const p of pValues) if (!(p >= 0 && p <= 1)) throw new RangeError(`${p} is not a p-value.`);
  return pValues.map((_, index) => index).sort((a, b) => pValues[a] - pValues[b]);
}
