import { random, sample } from './random.ts';

/** Above this many rows the bootstrap works on a subsample; see docs/explanations/statistics.md. */
export const LARGEST_BOOTSTRAP = 50_000;
/** Rows of the subsample. Its own chance moves a standard error by some 2 %, less than 500 replicates do. */
export const SUBSAMPLE = 20_000;
/** Whole clusters are drawn only where at least this many come into the subsample; otherwise rows within clusters. */
const ENOUGH_CLUSTERS = 200;

export interface Subsample {
  /** Row numbers, ascending. */
  rows: Uint32Array;
  /** Independent unit of each of these rows, coded 0 … units − 1. */
  unit: Int32Array;
  units: number;
  /**
   * What the spread of the subsample is multiplied by to be that of all rows, where root-n holds. With rows drawn within
   * few big clusters it is 1: the variance between clusters stays, that within them is overstated, never understated.
   */
  scale: number;
  subsampled: boolean;
}

/** The rows that the bootstrap resamples: all of them, or a seeded part of a large benchmark. */
export function subsample(rows: number, clusters: Int32Array | null, seed: number): Subsample {
  const all = rows <= LARGEST_BOOTSTRAP;
  if (clusters === null) {
    const chosen = all ? range(rows) : sample(rows, SUBSAMPLE, random(seed));
    return {
      rows: chosen,
      unit: Int32Array.from(range(chosen.length)),
      units: chosen.length,
      scale: Math.sqrt(chosen.length / rows),
      subsampled: !all,
    };
  }
  if (all) return withClusters(range(rows), clusters, null, false);
  const codes = [...new Set(clusters)].sort((a, b) => a - b);
  const wanted = Math.floor((codes.length * SUBSAMPLE) / rows);
  if (wanted < ENOUGH_CLUSTERS) return withClusters(sample(rows, SUBSAMPLE, random(seed)), clusters, null, true);
  const kept = new Uint8Array(codes[codes.length - 1] + 1);
  for (const index of sample(codes.length, wanted, random(seed))) kept[codes[index]] = 1;
  const chosen = range(rows).filter((row) => kept[clusters[row]] === 1);
  return withClusters(chosen, clusters, codes.length, true);
}

function withClusters(rows: Uint32Array, clusters: Int32Array, of: number | null, subsampled: boolean): Subsample {
  const code = new Map<number, number>();
  const unit = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    const cluster = clusters[rows[i]];
    const found = code.get(cluster) ?? code.size;
    if (found === code.size) code.set(cluster, found);
    unit[i] = found;
  }
  return { rows, unit, units: code.size, scale: of === null ? 1 : Math.sqrt(code.size / of), subsampled };
}

function range(n: number): Uint32Array {
  const numbers = new Uint32Array(n);
  for (let i = 0; i < n; i++) numbers[i] = i;
  return numbers;
}
