import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import type { Comparison, Estimate } from '#registry/evidence/evaluation.ts';
import { minimumDetectable } from '#registry/statistics/power.ts';
import { countClusters } from './clusters.ts';
import { cautiousInterval, skewedInterval } from './interval.ts';
import { mcnemarOf } from './mcnemar.ts';
import { byBootstrap, byInfluence, type CompareOptions, type Stray } from './stray.ts';

/**
 * One metric of both versions on the same rows (labels, weights and clusters are shared), with intervals of each and of
 * their difference. What can't be measured is null, with the method `none`.
 */
export function compare<P extends Predictions>(options: CompareOptions<P>): Comparison {
  const { metric, params, champion, candidate, clusters, confidence, identical = false } = options;
  const found = metric.smooth ? byInfluence(options) : byBootstrap(options);
  const value = { champion: finite(found.value.champion), candidate: finite(found.value.candidate) };
  const compared = value.champion !== null && value.candidate !== null;
  const difference = compared ? finite(found.value.candidate - found.value.champion) : null;
  const spreadOf = difference === null ? null : found.difference;
  const known = [found.candidate, spreadOf].some((one) => one !== null);
  return {
    metric: metric.name,
    params,
    better: metric.better,
    slice: null,
    champion: champion === null ? null : estimate(value.champion, found.champion, metric, confidence),
    candidate: estimate(value.candidate, found.candidate, metric, confidence),
    difference,
    ...(identical && difference !== null
      ? EXACT_ZERO
      : { ...paired(difference, spreadOf, confidence, clusters !== null), method: known ? found.method : 'none' }),
    rows: candidate.rows,
    clusters: clusters === null ? null : countClusters(clusters),
    design_effect: found.designEffect,
    not_finite: 0,
    mcnemar: metric.name === 'accuracy' && clusters === null ? mcnemarOf(champion, candidate) : null,
    threshold_from_benchmark: metric.thresholdFromBenchmark,
  };
}

const EXACT_ZERO = {
  difference: 0,
  interval: [0, 0] satisfies [number, number],
  method: 'exact',
  standard_error: 0,
  degrees_of_freedom: null,
  minimum_detectable: 0,
} as const;

/**
 * The interval of the difference. Sums over clusters are few and may be skewed where models differ, so a skewness that is
 * seen moves that end out; over single rows the interval is symmetric, as DeLong's is.
 */
function paired(difference: number | null, error: Stray | null, confidence: number, clustered: boolean) {
  if (difference === null || error === null) {
    return { interval: null, standard_error: null, degrees_of_freedom: null, minimum_detectable: null };
  }
  const { standardError, degreesOfFreedom, skewness } = error;
  return {
    interval: cautiousInterval(difference, standardError, degreesOfFreedom, clustered ? skewness : 0, confidence),
    standard_error: standardError,
    degrees_of_freedom: degreesOfFreedom,
    minimum_detectable: minimumDetectable(standardError, degreesOfFreedom, confidence),
  };
}

/** A version's own value with its interval, cut at the ends of the metric's range. */
function estimate(
  value: number | null,
  error: Stray | null,
  { range }: Pick<Metric, 'range'>,
  confidence: number,
): Estimate {
  if (value === null || error === null) return { value, interval: null };
  const { standardError, degreesOfFreedom, skewness, bias } = error;
  const [low, high] = skewedInterval(value - bias, standardError, degreesOfFreedom, skewness, confidence);
  const [least, most] = range ?? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return { value, interval: [Math.min(most, Math.max(least, low)), Math.max(least, Math.min(most, high))] };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
