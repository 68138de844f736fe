import type { Flips, SliceKey } from '#registry/evidence/evaluation.ts';
import type { SliceCodes } from './slices.ts';

/** At most this many ids are kept for each kind of flip, overall and in each slice. */
export const MOST_IDS = 20;

/** Row numbers of some flips; the ids are looked up and written to a file beside the evidence. */
export interface FlipExamples {
  key: SliceKey | null;
  fixed: number[];
  broken: number[];
}

/**
 * Which rows the candidate decides rightly and the champion wrongly (fixed), and the other way round (broken).
 * (fixed − broken) ÷ rows is exactly the unweighted difference in accuracy.
 */
export function countFlips(
  label: ArrayLike<number>,
  champion: Int32Array,
  candidate: Int32Array,
  slices: readonly SliceCodes[],
): { flips: Flips; examples: FlipExamples[] } {
  const rows = label.length;
  const all = tally(null, 0);
  const groups = slices.map((slice) => slice.keys.map((key) => tally(key, 0)));
  for (let row = 0; row < rows; row++) {
    const before = champion[row] === label[row];
    const after = candidate[row] === label[row];
    all.rows++;
    if (before !== after) note(all, row, after);
    for (let s = 0; s < slices.length; s++) {
      const group = groups[s][slices[s].codes[row]];
      group.rows++;
      if (before !== after) note(group, row, after);
    }
  }
  const bySlice = groups.flat().filter((group) => group.counts.fixed + group.counts.broken > 0);
  return {
    flips: {
      rows,
      fixed: all.counts.fixed,
      broken: all.counts.broken,
      by_slice: bySlice.flatMap(({ key, rows: sliceRows, counts }) =>
        key === null ? [] : [{ key, rows: sliceRows, ...counts }],
      ),
    },
    examples: [all, ...bySlice].map(({ key, fixed, broken }) => ({ key, fixed, broken })),
  };
}

interface Tally extends FlipExamples {
  rows: number;
  counts: { fixed: number; broken: number };
}

function tally(key: SliceKey | null, rows: number): Tally {
  return { key, rows, counts: { fixed: 0, broken: 0 }, fixed: [], broken: [] };
}

function note(group: Tally, row: number, fixed: boolean): void {
  const kind = fixed ? 'fixed' : 'broken';
  group.counts[kind]++;
  if (group[kind].length < MOST_IDS) group[kind].push(row);
}
