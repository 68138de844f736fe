/**
 * What an interval needs to know of the rows: sums that can be made shard by shard and added up.
 *
 * There are three series: the champion's influence values, the candidate's, and their difference. All arrays are
 * indexed by series first.
 */
export interface UnitSums {
  rows: number;
  /** Rows of each stratum (the classes of a classification; one stratum otherwise). */
  strata: Float64Array;
  /** Sums of the first to third powers of the influence values: entry (series × strata + stratum) × 3 + power − 1. */
  moments: Float64Array;
  /** Sums of the influence values within each cluster, by series; null where every row is a unit. */
  clusters: Float64Array[] | null;
  /** Rows of each cluster, to know those that are not empty; null where every row is a unit. */
  clusterRows: Float64Array | null;
}

export const SERIES = { champion: 0, candidate: 1, difference: 2 } as const;
export type Series = keyof typeof SERIES;

/** How the rows are grouped: class codes 0 … classes − 1 and cluster codes 0 … clusters − 1; null where there are none. */
export interface Grouping {
  stratum: ArrayLike<number> | null;
  strata: number;
  cluster: Int32Array | null;
  clusters: number;
}

/** Sums over the rows `from` (with) to `to` (without). A null champion counts as zeros. */
export function sumUnits(
  champion: Float64Array | null,
  candidate: Float64Array,
  grouping: Grouping,
  from = 0,
  to = candidate.length,
): UnitSums {
  const { stratum, strata, cluster, clusters } = grouping;
  const rows = new Float64Array(strata);
  const moments = new Float64Array(3 * strata * 3);
  const sums = cluster === null ? null : [0, 1, 2].map(() => new Float64Array(clusters));
  const clusterRows = cluster === null ? null : new Float64Array(clusters);
  for (let i = from; i < to; i++) {
    const k = stratum === null ? 0 : stratum[i];
    const a = champion === null ? 0 : champion[i];
    const b = candidate[i];
    rows[k]++;
    add(moments, k * 3, a);
    add(moments, (strata + k) * 3, b);
    add(moments, (2 * strata + k) * 3, b - a);
  }
  if (cluster !== null && sums !== null && clusterRows !== null) {
    for (let i = from; i < to; i++) {
      const g = cluster[i];
      const a = champion === null ? 0 : champion[i];
      clusterRows[g]++;
      sums[0][g] += a;
      sums[1][g] += candidate[i];
      sums[2][g] += candidate[i] - a;
    }
  }
  return { rows: to - from, strata: rows, moments, clusters: sums, clusterRows };
}

function add(moments: Float64Array, at: number, value: number): void {
  const square = value * value;
  moments[at] += value;
  moments[at + 1] += square;
  moments[at + 2] += square * value;
}

/** The sums of two shards' rows together. */
export function mergeSums(a: UnitSums, b: UnitSums): UnitSums {
  const plus = (x: Float64Array, y: Float64Array) => x.map((value, i) => value + y[i]);
  return {
    rows: a.rows + b.rows,
    strata: plus(a.strata, b.strata),
    moments: plus(a.moments, b.moments),
    clusters:
      a.clusters === null || b.clusters === null
        ? null
        : a.clusters.map((sums, s) => plus(sums, b.clusters?.[s] ?? sums)),
    clusterRows: a.clusterRows === null || b.clusterRows === null ? null : plus(a.clusterRows, b.clusterRows),
  };
}
