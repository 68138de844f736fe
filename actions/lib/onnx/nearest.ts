/** The candidate that differs from a name by the fewest edits (Levenshtein 1965); null where none is at all alike. */
export function nearest(name: string, candidates: string[]): string | null {
  let best: string | null = null;
  let fewest = Math.max(2, Math.ceil(name.length / 2));
  for (const candidate of candidates) {
    const edits = distance(name.toLowerCase(), candidate.toLowerCase());
    if (edits <= fewest && (best === null || edits < fewest)) [best, fewest] = [candidate, edits];
  }
  return best;
}

function distance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[j] + 1, row[j - 1] + 1));
    }
    previous = row;
  }
  return previous[b.length];
}
