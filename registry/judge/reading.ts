import type { Comparison, Interval, SliceKey } from '../evidence/evaluation.ts';
import { count, plural } from '../markdown/number.ts';
import { type MetricFacts, type MetricParams, metricLabel } from '../metric.ts';
import { metrics } from '../metrics.generated.ts';
import { studentQuantile } from '../statistics/student.ts';
import { type Context, finite, NO_CHAMPION, oneSidedLevel, quoted, whole } from './context.ts';

/** A number that may be judged, in the metric's own unit, with the interval that goes with it. */
export interface Reading {
  value: number;
  interval: Interval;
  /** Spread of `value`; 0 only where both versions behave alike. */
  standardError: number;
  /** Of the t distribution; infinite for a bootstrap. */
  degreesOfFreedom: number;
  unit: 'row' | 'cluster';
  units: number;
}

/** Why a number may not be judged: the end of a sentence, with no full stop. */
export interface Unreadable {
  why: string;
}

/** The facts of a metric of this task, or null where nobody knows it. */
export function factsOf(context: Context, name: string): MetricFacts | null {
  return metrics.find((facts) => facts.name === name && facts.task === context.model.task) ?? null;
}

/** The parameters of a rule with the metric's defaults filled in. */
export function fullParams(facts: MetricFacts, params: MetricParams): MetricParams {
  const defaults = Object.entries(facts.params).flatMap(([name, value]) => (value === null ? [] : [[name, value]]));
  return { ...Object.fromEntries(defaults), ...params };
}

/** Whether two slice keys name the same rows; the order of their columns doesn't matter. */
export function sameKey(a: SliceKey | null, b: SliceKey | null): boolean {
  if (a === null || b === null) return a === b;
  return (
    a.length === b.length &&
    a.every(({ column, value }) => b.some((other) => other.column === column && other.value === value))
  );
}

/** The one comparison of this metric on these rows; none or several can't be judged. */
export function findComparison(
  comparisons: readonly Comparison[],
  facts: MetricFacts,
  params: MetricParams,
  slice: SliceKey | null,
): Comparison | Unreadable {
  const label = metricLabel(facts.name, fullParams(facts, params));
  const found = comparisons.filter(
    (one) =>
      one.metric === facts.name &&
      sameKey(one.slice, slice) &&
      metricLabel(one.metric, fullParams(facts, one.params)) === label,
  );
  const [first] = found;
  if (first === undefined) return { why: 'the evidence does not measure it' };
  return found.length === 1 ? first : { why: `the evidence measures it ${found.length} times` };
}

/** The candidate's own value, ready to be judged. */
export function readCandidate(context: Context, comparison: Comparison, facts: MetricFacts): Reading | Unreadable {
  const doubt = doubtAbout(context, comparison, facts);
  if (doubt !== null) return doubt;
  const value = finite(comparison.candidate?.value);
  const interval = readInterval(comparison.candidate?.interval);
  if (value === null) return { why: 'the candidate has no value of it' };
  if (interval === null) return { why: 'the candidate’s value has no interval' };
  if (interval[0] === interval[1]) return { why: 'its interval has no width, so nobody knows how far off it may be' };
  const spread = halfWidth(interval) / studentQuantile(level(context), freedom(comparison));
  return { value, interval, standardError: spread, degreesOfFreedom: freedom(comparison), ...unitsOf(comparison) };
}

/** The difference candidate − champion, in the metric's own unit, ready to be judged. */
export function readDifference(context: Context, comparison: Comparison, facts: MetricFacts): Reading | Unreadable {
  if (context.evidence.champion === null) return { why: NO_CHAMPION };
  const doubt = doubtAbout(context, comparison, facts);
  if (doubt !== null) return doubt;
  const candidate = finite(comparison.candidate?.value);
  const champion = finite(comparison.champion?.value);
  const value = finite(comparison.difference);
  const interval = readInterval(comparison.interval);
  if (candidate === null) return { why: 'the candidate has no value of it' };
  if (champion === null) return { why: 'the champion has no value of it' };
  if (value === null) return { why: 'the difference was not measured' };
  if (interval === null) return { why: 'the difference has no interval' };
  // Rounding of one subtraction, and of a sum that another order of adding would round otherwise.
  const tolerance = 1e-9 * Math.max(1, Math.abs(candidate), Math.abs(champion));
  if (!(Math.abs(candidate - champion - value) <= tolerance)) {
    return { why: 'the difference in the evidence is not that of its two values' };
  }
  if (interval[0] === interval[1] && value !== 0) {
    return { why: 'its interval has no width, so nobody knows how far off it may be' };
  }
  const measured = finite(comparison.standard_error);
  const standardError = measured ?? halfWidth(interval) / studentQuantile(level(context), freedom(comparison));
  if (!(standardError >= 0)) return { why: 'its standard error is negative' };
  return { value, interval, standardError, degreesOfFreedom: freedom(comparison), ...unitsOf(comparison) };
}

/** What speaks against judging any number of this comparison. */
function doubtAbout(context: Context, comparison: Comparison, facts: MetricFacts): Unreadable | null {
  const { model } = context;
  if (comparison.better !== facts.better) {
    return { why: `the evidence says that ${quoted(String(comparison.better))} is better, but ${facts.better} is` };
  }
  const spoilt = whole(comparison.not_finite);
  if (spoilt === null) return { why: 'the evidence does not say how many outputs were not finite' };
  if (spoilt > 0) return { why: `${plural(spoilt, 'row')} got NaN or infinity from a model` };
  const rows = whole(comparison.rows);
  const clusters = comparison.clusters === null ? null : whole(comparison.clusters);
  if (rows === null) return { why: 'the evidence does not say over how many rows' };
  if (clusters === null && (comparison.clusters !== null || model.data.cluster !== undefined)) {
    return { why: 'the evidence does not say over how many clusters' };
  }
  const units = clusters ?? rows;
  if (units < model.evaluate.min_clusters) {
    const noun = clusters === null ? 'row' : 'cluster';
    return {
      why: `an interval from ${plural(units, noun)} is not to be trusted (at least ${count(model.evaluate.min_clusters)} are needed)`,
    };
  }
  return null;
}

/** Two finite numbers in order, or null. */
export function readInterval(interval: readonly unknown[] | null | undefined): Interval | null {
  if (!Array.isArray(interval) || interval.length !== 2) return null;
  const lower = finite(interval[0]);
  const upper = finite(interval[1]);
  return lower !== null && upper !== null && lower <= upper ? [lower, upper] : null;
}

function freedom(comparison: Comparison): number {
  const degrees = finite(comparison.degrees_of_freedom);
  return degrees !== null && degrees > 0 ? degrees : Number.POSITIVE_INFINITY;
}

function unitsOf(comparison: Comparison): Pick<Reading, 'unit' | 'units'> {
  return comparison.clusters === null
    ? { unit: 'row', units: comparison.rows }
    : { unit: 'cluster', units: comparison.clusters };
}

function halfWidth(interval: Interval): number {
  return (interval[1] - interval[0]) / 2;
}

function level(context: Context): number {
  return 1 - oneSidedLevel(context.model.evaluate.confidence);
}
