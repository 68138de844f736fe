import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import type { Comparison, Estimate } from '#registry/evidence/evaluation.ts';
import type { MetricParams } from '#registry/metric.ts';
import { minimumDetectable } from '#registry/statistics/power.ts';
import { bootstrap } from './bootstrap.ts';
import { interval, skewedInterval } from './interval.ts';
import { mcnemarOf } from './mcnemar.ts';
import { type Spread, spread } from './spread.ts';
import { type Grouping, type Series, sumUnits } from './sums.ts';

/** Two buffers for influence values, to be shared by many comparisons of at most `rows` rows. */
export interface Workspace {
  champion: Float64Array;
  candidate: Float64Array;
}

export function workspace(rows: number): Workspace {
  return { champion: new Float64Array(rows), candidate: new Float64Array(rows) };
}

export interface CompareOptions<P extends Predictions> {
  metric: Metric<P>;
  /** Every parameter of the metric. */
  params: MetricParams;
  /** Null without a champion: then only the candidate's own numbers are given. */
  champion: P | null;
  candidate: P;
  /** The independent unit of each row, coded 0 … G − 1; null where every row is one. */
  clusters: Int32Array | null;
  /** Two-sided, for example 0.95. */
  confidence: number;
  seed: number;
  /** Both versions are one artifact: every difference is exactly zero. */
  identical?: boolean;
  workspace?: Workspace;
}

/**
 * One metric of both versions on the same rows (labels, weights and clusters are shared), with intervals of each and of
 * their difference. What can't be measured is null, with the method `none`.
 */
export function compare<P extends Predictions>(options: CompareOptions<P>): Comparison {
  const { metric, params, champion, candidate, clusters, identical = false } = options;
  const found = metric.smooth ? byInfluence(options) : bootstrap(options);
  const same = identical && champion !== null && found.champion?.value !== null && found.champion !== null;
  return {
    metric: metric.name,
    params,
    better: metric.better,
    slice: null,
    ...found,
    ...(same ? EXACT_ZERO : {}),
    rows: candidate.rows,
    clusters: clusters === null ? null : countDistinct(clusters),
    not_finite: 0,
    mcnemar: metric.name === 'accuracy' && clusters === null ? mcnemarOf(champion, candidate) : null,
    threshold_from_benchmark: metric.thresholdFromBenchmark,
  };
}

/** The part of a comparison that depends on how its intervals are made. */
export type Measurement = Pick<
  Comparison,
  | 'champion'
  | 'candidate'
  | 'difference'
  | 'interval'
  | 'method'
  | 'standard_error'
  | 'degrees_of_freedom'
  | 'design_effect'
  | 'minimum_detectable'
>;

const EXACT_ZERO = {
  difference: 0,
  interval: [0, 0] satisfies [number, number],
  method: 'exact',
  standard_error: 0,
  degrees_of_freedom: null,
  minimum_detectable: 0,
} as const;

function byInfluence<P extends Predictions>(options: CompareOptions<P>): Measurement {
  const { metric, params, champion, candidate, clusters, confidence } = options;
  const rows = candidate.rows;
  const buffers = options.workspace ?? workspace(rows);
  const ofCandidate = buffers.candidate.subarray(0, rows);
  const ofChampion = champion === null ? null : buffers.champion.subarray(0, rows);
  const after = metric.measure(candidate, params, ofCandidate);
  const before = champion === null || ofChampion === null ? Number.NaN : metric.measure(champion, params, ofChampion);

  const usable = ofChampion !== null && Number.isFinite(before) ? ofChampion : null;
  const sums = sumUnits(usable, ofCandidate, grouping(candidate, clusters));
  const stepAfter = metric.step?.(candidate, params) ?? 0;
  const stepBefore = champion === null ? 0 : (metric.step?.(champion, params) ?? 0);
  const biasAfter = metric.bias?.(candidate, params) ?? 0;
  const biasBefore = champion === null ? 0 : (metric.bias?.(champion, params) ?? 0);
  const own = (series: Series, value: number, step: number, bias: number): Estimate =>
    estimate(value, bias, spread(sums, series, step), confidence);
  const paired = champion !== null && Number.isFinite(before) && Number.isFinite(after);
  const spreadOf = spread(
    sums,
    paired ? 'difference' : 'candidate',
    paired ? Math.max(stepAfter, stepBefore) : stepAfter,
  );
  const error = Math.sqrt(spreadOf.variance);
  const difference = after - before;
  const usableError = paired && Number.isFinite(error);
  return {
    champion: champion === null ? null : own('champion', before, stepBefore, biasBefore),
    candidate: own('candidate', after, stepAfter, biasAfter),
    difference: paired ? difference : null,
    interval: usableError ? interval(difference, error, spreadOf.degreesOfFreedom, confidence) : null,
    method: !Number.isFinite(after)
      ? 'none'
      : metric.name === 'roc_auc' && clusters === null && candidate.weight === null
        ? 'delong'
        : 'influence',
    standard_error: usableError ? error : null,
    degrees_of_freedom: usableError ? spreadOf.degreesOfFreedom : null,
    design_effect: spreadOf.designEffect,
    minimum_detectable: usableError ? minimumDetectable(error, spreadOf.degreesOfFreedom, confidence) : null,
  };
}

function estimate(
  value: number,
  bias: number,
  { variance, degreesOfFreedom, thirdMoment }: Spread,
  confidence: number,
): Estimate {
  if (!Number.isFinite(value)) return { value: null, interval: null };
  const error = Math.sqrt(variance);
  return {
    value,
    interval: Number.isFinite(error)
      ? skewedInterval(value - bias, error, degreesOfFreedom, thirdMoment / error ** 3, confidence)
      : null,
  };
}

/** Classes are strata; a regression has one. */
export function grouping(predictions: Predictions, clusters: Int32Array | null): Grouping {
  const cluster = { cluster: clusters, clusters: clusters === null ? 0 : largest(clusters) + 1 };
  switch (predictions.task) {
    case 'binary_classification':
      return { stratum: predictions.label, strata: 2, ...cluster };
    case 'multiclass_classification':
      return { stratum: predictions.label, strata: predictions.classes, ...cluster };
    case 'regression':
      return { stratum: null, strata: 1, ...cluster };
  }
}

function largest(codes: Int32Array): number {
  let max = -1;
  for (let i = 0; i < codes.length; i++) if (codes[i] > max) max = codes[i];
  return max;
}

function countDistinct(codes: Int32Array): number {
  const seen = new Uint8Array(largest(codes) + 1);
  let count = 0;
  for (let i = 0; i < codes.length; i++) {
    if (seen[codes[i]] === 0) {
      seen[codes[i]] = 1;
      count++;
    }
  }
  return count;
}
