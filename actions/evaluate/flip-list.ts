import type { SliceKey } from '#registry/evidence/evaluation.ts';
import type { BenchmarkReader } from './benchmark.ts';
import type { FlipExamples } from './flips.ts';

/** The file beside the evidence: ids of rows that the candidate fixes and breaks, overall (`slice: null`) and by slice. */
export type FlipList = { slice: SliceKey | null; fixed: string[]; broken: string[] }[];

/** Looks up the ids of the example rows. */
export async function listFlips(examples: readonly FlipExamples[], reader: BenchmarkReader): Promise<FlipList> {
  const rows = [...new Set(examples.flatMap(({ fixed, broken }) => [...fixed, ...broken]))].sort((a, b) => a - b);
  const ids = await reader.ids(rows);
  const idOf = new Map(rows.map((row, at) => [row, ids[at]]));
  const named = (numbers: number[]) => numbers.map((row) => idOf.get(row) ?? '');
  return examples.map(({ key, fixed, broken }) => ({ slice: key, fixed: named(fixed), broken: named(broken) }));
}
