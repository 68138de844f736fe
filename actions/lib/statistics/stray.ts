import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import type { Method } from '#registry/evidence/evaluation.ts';
import type { MetricParams } from '#registry/metric.ts';
import { bootstrap } from './bootstrap.ts';
import { largestCode } from './clusters.ts';
import { spread } from './spread.ts';
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

/** How far a number strays: what its interval is made of. */
export interface Stray {
  standardError: number;
  degreesOfFreedom: number;
  /** Skewness of the estimate, and its bias; 0 where they are not known. */
  skewness: number;
  bias: number;
}

/** The values (NaN where undefined) and how far each strays; null where that can't be told. */
export interface Found {
  value: { champion: number; candidate: number };
  champion: Stray | null;
  candidate: Stray | null;
  difference: Stray | null;
  designEffect: number | null;
  method: Method;
}

/** Errors from influence values. */
export function byInfluence<P extends Predictions>(options: CompareOptions<P>): Found {
  const { metric, params, champion, candidate, clusters } = options;
  const buffers = options.workspace ?? workspace(candidate.rows);
  const ofCandidate = buffers.candidate.subarray(0, candidate.rows);
  const ofChampion = buffers.champion.subarray(0, candidate.rows);
  const after = metric.measure(candidate, params, ofCandidate);
  const before = champion === null ? Number.NaN : metric.measure(champion, params, ofChampion);
  const sums = sumUnits(Number.isFinite(before) ? ofChampion : null, ofCandidate, grouping(candidate, clusters));
  const few = sums.strata.some((rows) => rows < (metric.minimumPerClass ?? 0));
  const step = { champion: 0, candidate: metric.step?.(candidate, params) ?? 0, difference: 0 };
  step.champion = champion === null ? 0 : (metric.step?.(champion, params) ?? 0);
  step.difference = Math.max(step.champion, step.candidate);
  const errorOf = (series: Series, version: P | null): Stray | null => {
    const { variance, degreesOfFreedom, thirdMoment } = spread(sums, series, step[series]);
    if (few || !Number.isFinite(variance)) return null;
    const standardError = Math.sqrt(variance);
    const skewness = variance > 0 ? thirdMoment / standardError ** 3 : 0;
    const bias = version === null ? 0 : (metric.bias?.(version, params) ?? 0);
    return { standardError, degreesOfFreedom, skewness, bias };
  };
  const delong = metric.name === 'roc_auc' && clusters === null && candidate.weight === null;
  const seen = Number.isFinite(before) ? 'difference' : 'candidate';
  return {
    value: { champion: before, candidate: after },
    champion: Number.isFinite(before) ? errorOf('champion', champion) : null,
    candidate: Number.isFinite(after) ? errorOf('candidate', candidate) : null,
    difference: Number.isFinite(after - before) ? errorOf('difference', null) : null,
    designEffect: finite(spread(sums, seen).designEffect ?? Number.NaN),
    method: delong ? 'delong' : 'influence',
  };
}

/** Errors from resampling. */
export function byBootstrap<P extends Predictions>(options: CompareOptions<P>): Found {
  const { metric, params, champion, candidate } = options;
  const value = {
    champion: champion === null ? Number.NaN : metric.measure(champion, params),
    candidate: metric.measure(candidate, params),
  };
  const nothing = {
    value,
    champion: null,
    candidate: null,
    difference: null,
    designEffect: null,
    method: 'none',
  } as const;
  if (!Number.isFinite(value.candidate)) return nothing;
  const found = bootstrap(options);
  const errorOf = (standardError: number): Stray | null =>
    Number.isFinite(standardError)
      ? { standardError, degreesOfFreedom: found.degreesOfFreedom, skewness: 0, bias: 0 }
      : null;
  return {
    ...nothing,
    champion: errorOf(found.champion),
    candidate: errorOf(found.candidate),
    difference: errorOf(found.difference),
    method: found.subsampled ? 'bootstrap_subsample' : 'bootstrap',
  };
}

/** Classes are strata; a regression has one. */
export function grouping(predictions: Predictions, clusters: Int32Array | null): Grouping {
  const cluster = { cluster: clusters, clusters: clusters === null ? 0 : largestCode(clusters) + 1 };
  switch (predictions.task) {
    case 'binary_classification':
      return { stratum: predictions.label, strata: 2, ...cluster };
    case 'multiclass_classification':
      return { stratum: predictions.label, strata: predictions.classes, ...cluster };
    case 'regression':
      return { stratum: null, strata: 1, ...cluster };
  }
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
