import type { Comparison, Interval } from '../evidence/evaluation.ts';
import { decimalsOf, fixed, plain, plural, pValue, signed, signedInterval, times } from '../markdown/number.ts';
import { type MetricFacts, metricLabel } from '../metric.ts';
import type { MetricRule } from '../model.ts';
import { unitsToSettle } from '../statistics/power.ts';
import { studentCdf } from '../statistics/student.ts';
import type { Finding, MeasuredNumbers, Settle, Status } from '../verdict.ts';
import { type Bound, boundOf, hold, isRelative, ruleText, wordFor } from './bound.ts';
import { type Context, finite, quoted, standing } from './context.ts';
import { factsOf, findComparison, type Reading, readCandidate, readDifference, readInterval } from './reading.ts';

/** A finding, and the p-value of "worse than the rule allows" that Holm's correction needs; 1 where nothing was measured. */
export interface MetricFinding {
  finding: Finding;
  /** null for an absolute rule. */
  pValue: number | null;
}

/** Judges one rule on a metric over all rows. */
export function judgeMetric(
  context: Context,
  rule: MetricRule,
  kind: 'primary' | 'guardrail',
  entry: readonly (string | number)[],
): MetricFinding {
  const facts = factsOf(context, rule.metric);
  const bound = boundOf(rule);
  const name = facts === null ? quoted(String(rule.metric)) : metricLabel(facts.name, rule.params ?? {});
  const base = {
    kind,
    name,
    rule: bound === null ? 'no bound' : ruleText(bound),
    where: standing(context.where, bound === null ? entry : [...entry, bound.kind]),
    holm_p_value: null,
    measured: null,
    settle: null,
  } satisfies Partial<Finding>;
  const relative = bound !== null && isRelative(bound.kind);
  const undecided = (why: string, measured: MeasuredNumbers | null = null): MetricFinding => ({
    finding: { ...base, measured, status: 'inconclusive', word: null, sentence: `${name} can’t be judged: ${why}.` },
    pValue: relative ? 1 : null,
  });

  if (facts === null) return undecided(`nobody knows such a metric for ${context.model.task}`);
  if (bound === null) return undecided('its rule must have exactly one bound');
  if (relative && !facts.relative) return undecided('no interval of its difference can be trusted');
  const comparison = findComparison(context.evidence.comparisons, facts, rule.params ?? {}, null);
  if ('why' in comparison) return undecided(comparison.why);
  const reading = relative ? readDifference(context, comparison, facts) : readCandidate(context, comparison, facts);
  const ownOnly = !relative || context.evidence.champion === null;
  if ('why' in reading)
    return undecided(reading.why, numbersOf(comparison, ownOnly ? readInterval(comparison.candidate?.interval) : null));

  const { confidence } = context.model.evaluate;
  const sign = relative && facts.better === 'lower' ? -1 : 1;
  const lower = sign === 1 ? reading.interval[0] : -reading.interval[1];
  const upper = sign === 1 ? reading.interval[1] : -reading.interval[0];
  const status = hold(bound, lower, upper);
  const boundary = bound.kind === 'max_loss' ? -bound.value : bound.value;
  const distance = sign * reading.value - boundary;
  const settle = status === 'inconclusive' ? settleBy(reading, sign * reading.value, boundary, confidence) : null;
  const measured = relative ? change(facts, name, comparison, reading, confidence) : level(name, reading, confidence);
  return {
    finding: {
      ...base,
      status,
      word: relative ? wordFor(lower, upper, bound.value) : null,
      settle,
      measured: numbersOf(comparison, relative ? null : reading.interval),
      sentence: `${measured}; ${ending(bound, status)}${settleText(status, settle)}.`,
    },
    pValue: relative ? tail(distance, reading) : null,
  };
}

function numbersOf(comparison: Comparison, own: Interval | null): MeasuredNumbers {
  return {
    unit: '',
    champion: finite(comparison.champion?.value),
    candidate: finite(comparison.candidate?.value),
    candidate_interval: own,
    difference: finite(comparison.difference),
    interval: readInterval(comparison.interval),
    ratio: false,
    method: comparison.method,
    better: comparison.better,
    threshold_from_benchmark: comparison.threshold_from_benchmark,
    design_effect: finite(comparison.design_effect),
  };
}

/** P-value against "the oriented difference lies at or above the boundary", which it misses by `distance`. */
export function tail(distance: number, reading: Pick<Reading, 'standardError' | 'degreesOfFreedom'>): number {
  if (reading.standardError === 0) return distance < 0 ? 0 : 1;
  return studentCdf(distance / reading.standardError, reading.degreesOfFreedom);
}

function change(
  facts: MetricFacts,
  name: string,
  comparison: Comparison,
  reading: Reading,
  confidence: number,
): string {
  const decimals = decimalsOf(reading.interval);
  const from = fixed(finite(comparison.champion?.value), decimals);
  const to = fixed(finite(comparison.candidate.value), decimals);
  const verb = reading.value > 0 ? `rose from ${from} to` : reading.value < 0 ? `fell from ${from} to` : 'stayed at';
  const running = facts.better === 'lower' ? '; lower is better' : '';
  return `${name} ${verb} ${to} (${signed(reading.value, decimals)}, ${plain(100 * confidence)} % interval ${signedInterval(reading.interval, decimals)}${running})`;
}

function level(name: string, reading: Reading, confidence: number): string {
  const decimals = decimalsOf(reading.interval);
  const [lower, upper] = reading.interval;
  return `${name} is ${fixed(reading.value, decimals)} (${plain(100 * confidence)} % interval ${fixed(lower, decimals)} to ${fixed(upper, decimals)})`;
}

function ending(bound: Bound, status: Status): string {
  const value = plain(bound.value);
  const ends: Record<Bound['kind'], Record<Status, string>> = {
    max_loss: {
      pass: `a loss of up to ${value} is allowed, and any larger one is ruled out`,
      fail: `a loss of up to ${value} is allowed, and this one is larger`,
      inconclusive: `a loss of up to ${value} is allowed, and a larger one is neither shown nor ruled out`,
    },
    min_gain: {
      pass: `a gain of more than ${value} is asked for, and that is shown`,
      fail: `a gain of more than ${value} is asked for, and that is ruled out`,
      inconclusive: `a gain of more than ${value} is asked for, and that is neither shown nor ruled out`,
    },
    at_least: {
      pass: `at least ${value} is asked for, and the whole interval lies above`,
      fail: `at least ${value} is asked for, and the whole interval lies below`,
      inconclusive: `at least ${value} is asked for, and the interval reaches to both sides of it`,
    },
    at_most: {
      pass: `at most ${value} is allowed, and the whole interval lies below`,
      fail: `at most ${value} is allowed, and the whole interval lies above`,
      inconclusive: `at most ${value} is allowed, and the interval reaches to both sides of it`,
    },
  };
  return ends[bound.kind][status];
}

function settleBy(reading: Reading, difference: number, boundary: number, confidence: number): Settle | null {
  const { units, standardError, degreesOfFreedom } = reading;
  const needed = unitsToSettle({ difference, bound: boundary, standardError, degreesOfFreedom, units, confidence });
  if (needed === null) return null;
  return { units: reading.unit === 'row' ? 'rows' : 'clusters', count: needed, times: needed / units };
}

/** Beyond this many times the data at hand, more data is no advice. */
export const HOPELESS = 1000;

function settleText(status: Status, settle: Settle | null): string {
  if (status !== 'inconclusive') return '';
  if (settle === null || settle.times > HOPELESS) return ' (it lies so close that more data would hardly settle it)';
  return ` (about ${plural(settle.count, settle.units.slice(0, -1))}, ${times(settle.times)} as many, would settle it if it is as measured)`;
}

/** What Holm's correction says of a failure, as one more clause of its sentence. */
export function afterHolm(finding: Finding, adjusted: number, alpha: number, family: number): Finding {
  if (finding.status !== 'fail' || family < 2) return { ...finding, holm_p_value: adjusted };
  const stands = adjusted <= alpha;
  const clause = stands
    ? `the failure stands after Holm’s correction for ${family} relative rules (adjusted p ${equals(adjusted)})`
    : `among ${family} relative rules chance could have named one that fails (Holm-adjusted p ${equals(adjusted)}, above ${plain(alpha)})`;
  return { ...finding, holm_p_value: adjusted, sentence: `${finding.sentence.slice(0, -1)}; ${clause}.` };
}

function equals(p: number): string {
  const text = pValue(p);
  return text.startsWith('<') ? text : `= ${text}`;
}
