/** The candidate that is spelled most like `name`, or null where none is near: for "did you mean". */
export function nearest(name: string, candidates: readonly string[]): string | null {
  let best: string | null = null;
  // A third of the letters may differ: enough for a slip or two, too little to turn one word into another.
  let limit = Math.max(1, Math.floor(name.length / 3));
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance <= limit) {
      best = candidate;
      limit = distance - 1;
    }
  }
  return best;
}

/** Longer names are no slips; and the time grows with the product of both lengths. */
const LONGEST = 200;

/**
 * How many letters must be inserted, deleted, replaced or swapped with their neighbour to turn `a` into `b`: Damerau and
 * Levenshtein's distance, where no letter takes part in two swaps (optimal string alignment).
 */
export function editDistance(a: string, b: string): number {
  if (a.length > LONGEST || b.length > LONGEST) return Number.POSITIVE_INFINITY;
  let older: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1));
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) distance = Math.min(distance, older[j - 2] + 1);
      row.push(distance);
    }
    older = last;
    last = row;
  }
  return last[b.length];
}
