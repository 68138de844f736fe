import type { Predictions } from '#lib/metrics/metric.ts';
import type { Planned } from '#lib/metrics/plan.ts';
import { partition, subset } from '#lib/metrics/predictions.ts';
import { countClusters } from '#lib/statistics/clusters.ts';
import { compare } from '#lib/statistics/compare.ts';
import { type Workspace, workspace } from '#lib/statistics/stray.ts';
import type { Comparison, Slice } from '#registry/evidence/evaluation.ts';
import type { SlicePolicy } from '#registry/model.ts';
import type { SliceCodes } from './slices.ts';

/** Both versions' predictions for the same rows, in the same order. */
export interface Pair<P extends Predictions> {
  champion: P | null;
  candidate: P;
  /** The independent unit of each row; null where every row is one. */
  clusters: Int32Array | null;
}

/** How numbers are made from a pair. */
export interface Settings {
  confidence: number;
  seed: number;
  /** Both versions are one artifact. */
  identical: boolean;
}

/** What keeps numbers from being made. */
export interface Touched {
  /** Rows with a NaN or an infinity in an output of either version. */
  count: number;
  /** Whether the candidate's process was stopped, so that there are no predictions. */
  stopped: boolean;
  /** Whether there is a champion, also if it could not predict. */
  compared: boolean;
}

/** Every planned metric over all rows; one row that is not finite touches them all. */
export function measureAll<P extends Predictions>(
  planned: readonly Planned<P>[],
  pair: Pair<P>,
  touched: Touched,
  settings: Settings,
  onMetric: (done: number) => void,
): Comparison[] {
  const shared = workspace(pair.candidate.rows);
  return planned.map((one, index) => {
    const comparison =
      touched.count > 0 || touched.stopped
        ? unmeasured(one, pair, touched)
        : compare({ ...one, ...pair, ...settings, workspace: shared });
    onMetric(index + 1);
    return comparison;
  });
}

/** The metric that slices are judged by, in each slice with enough rows to judge. */
export function measureSlices<P extends Predictions>(
  primary: Planned<P>,
  pair: Pair<P>,
  finite: Uint8Array | null,
  slices: readonly SliceCodes[],
  policy: SlicePolicy,
  settings: Settings,
  { compared }: Pick<Touched, 'compared'>,
): { slices: Slice[]; comparisons: Comparison[] } {
  const kept = finite === null ? null : rowsWhere(finite);
  const whole = kept === null ? pair : only(pair, kept);
  const shared = workspace(pair.candidate.rows);
  const found: { slices: Slice[]; comparisons: Comparison[] } = { slices: [], comparisons: [] };
  for (const { keys, codes } of slices) {
    const touched = countTouched(codes, keys.length, finite);
    const parts = split(whole, kept === null ? codes : gather(codes, kept), keys.length);
    keys.forEach((key, group) => {
      const part = parts[group];
      const smallest = smallestClass(part.candidate);
      const skipped = tooSmall(part.candidate.rows, smallest, policy);
      const rows = part.candidate.rows + touched[group];
      const clusters = part.clusters === null ? null : countClusters(part.clusters);
      found.slices.push({ key, rows, clusters, smallest_class: smallest, skipped });
      if (skipped !== null) return;
      const comparison =
        touched[group] > 0
          ? unmeasured(primary, part, { count: touched[group], stopped: false, compared })
          : compare({ ...primary, ...part, ...settings, workspace: sized(shared, part.candidate.rows) });
      found.comparisons.push({ ...comparison, rows, slice: key });
    });
  }
  return found;
}

function sized(shared: Workspace, rows: number): Workspace {
  return { champion: shared.champion.subarray(0, rows), candidate: shared.candidate.subarray(0, rows) };
}

/** A comparison that could not be made. */
function unmeasured<P extends Predictions>(
  { metric, params }: Planned<P>,
  pair: Pair<P>,
  { count, compared }: Touched,
): Comparison {
  const nothing = { value: null, interval: null };
  return {
    metric: metric.name,
    params,
    better: metric.better,
    slice: null,
    champion: compared ? nothing : null,
    candidate: nothing,
    difference: null,
    interval: null,
    method: 'none',
    standard_error: null,
    degrees_of_freedom: null,
    rows: pair.candidate.rows,
    clusters: pair.clusters === null ? null : countClusters(pair.clusters),
    design_effect: null,
    minimum_detectable: null,
    not_finite: count,
    mcnemar: null,
    threshold_from_benchmark: metric.thresholdFromBenchmark,
  };
}

function tooSmall(rows: number, smallest: number | null, policy: SlicePolicy): string | null {
  if (rows < policy.min_rows) return `fewer than ${policy.min_rows} rows`;
  if (smallest !== null && smallest < policy.min_per_class) return `fewer than ${policy.min_per_class} rows of a class`;
  return null;
}

function smallestClass(predictions: Predictions): number | null {
  if (predictions.task === 'regression') return null;
  const counts = new Array<number>(predictions.task === 'binary_classification' ? 2 : predictions.classes).fill(0);
  for (let row = 0; row < predictions.rows; row++) counts[predictions.label[row]]++;
  return Math.min(...counts);
}

function only<P extends Predictions>(pair: Pair<P>, rows: Uint32Array): Pair<P> {
  return {
    champion: pair.champion === null ? null : subset(pair.champion, rows),
    candidate: subset(pair.candidate, rows),
    clusters: pair.clusters === null ? null : gather(pair.clusters, rows),
  };
}

function split<P extends Predictions>(pair: Pair<P>, codes: Int32Array, groups: number): Pair<P>[] {
  const champion = pair.champion === null ? null : partition(pair.champion, codes, groups);
  const clusters = pair.clusters === null ? null : splitCodes(pair.clusters, codes, groups);
  return partition(pair.candidate, codes, groups).map((candidate, group) => ({
    champion: champion === null ? null : champion[group],
    candidate,
    clusters: clusters === null ? null : clusters[group],
  }));
}

function splitCodes(values: Int32Array, codes: Int32Array, groups: number): Int32Array[] {
  const sizes = new Int32Array(groups);
  for (let row = 0; row < codes.length; row++) sizes[codes[row]]++;
  const parts = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(groups);
  for (let row = 0; row < codes.length; row++) {
    const group = codes[row];
    parts[group][filled[group]++] = values[row];
  }
  return parts;
}

function countTouched(codes: Int32Array, groups: number, finite: Uint8Array | null): Int32Array {
  const touched = new Int32Array(groups);
  if (finite === null) return touched;
  for (let row = 0; row < codes.length; row++) touched[codes[row]] += 1 - finite[row];
  return touched;
}

function rowsWhere(mask: Uint8Array): Uint32Array {
  const rows: number[] = [];
  for (let row = 0; row < mask.length; row++) if (mask[row] === 1) rows.push(row);
  return Uint32Array.from(rows);
}

function gather(values: Int32Array, rows: Uint32Array): Int32Array {
  const picked = new Int32Array(rows.length);
  for (let at = 0; at < rows.length; at++) picked[at] = values[rows[at]];
  return picked;
}
