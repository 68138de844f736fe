import { count, fixed, plain, plural, rounded } from '../markdown/number.ts';
import type { Guardrail } from '../model.ts';
import type { Finding, MeasuredNumbers, Status } from '../verdict.ts';
import { type Context, finite, NO_CHAMPION, standing, whole } from './context.ts';

type LatencyRule = Extract<Guardrail, { latency: string }>;
type SizeRule = Extract<Guardrail, { size: string }>;
type MemoryRule = Extract<Guardrail, { memory: string }>;

const MEGABYTE = 1e6;
/** A percentile needs a call on its far side: 2 calls for the median, 20 for p95, 100 for p99. */
const CALLS = { p50: 2, p95: 20, p99: 100 } as const;
/** Fewer independent pairs of processes have no spread to make an interval from. */
const PAIRS = 2;

/** Judges the latency of single rows or of a batch: one finding for each of its two possible bounds. */
export function judgeLatency(context: Context, rule: LatencyRule, entry: readonly (string | number)[]): Finding[] {
  const percentile = rule.latency === 'p50_ms' ? 'p50' : rule.latency === 'p95_ms' ? 'p95' : 'p99';
  const name = `${percentile} latency (${rule.of === 'batch' ? 'batch' : 'single row'})`;
  const measured = context.evidence.timing?.latency?.[rule.of];
  const calls = whole(measured?.calls);
  const missing =
    measured === undefined || calls === null
      ? 'the evidence does not measure it'
      : calls < CALLS[percentile]
        ? `${plural(calls, 'call')} do not make a ${percentile} (${CALLS[percentile]} are needed)`
        : null;
  const findings: Finding[] = [];
  if (rule.at_most !== undefined) {
    const bound = finite(rule.at_most);
    const value = finite(measured?.candidate?.[percentile]);
    const base = {
      name,
      rule: `at_most: ${plain(rule.at_most)}`,
      where: standing(context.where, [...entry, 'at_most']),
    };
    if (missing !== null || value === null || bound === null) {
      findings.push(undecided(base, missing ?? 'the evidence does not measure it'));
    } else {
      const status = value <= bound ? 'pass' : 'fail';
      const sentence = `${name} of the candidate is ${rounded(value)} ms over ${plural(calls ?? 0, 'call')}; at most ${plain(bound)} ms are allowed.`;
      findings.push(decided(base, status, sentence, numbers('ms', measured?.champion?.[percentile], value)));
    }
  }
  if (rule.max_ratio !== undefined) findings.push(judgeRatio(context, rule, name, percentile, missing, entry));
  if (findings.length === 0) {
    findings.push(
      undecided({ name, rule: 'no bound', where: standing(context.where, entry) }, 'its rule has no bound'),
    );
  }
  return findings;
}

function judgeRatio(
  context: Context,
  rule: LatencyRule,
  name: string,
  percentile: 'p50' | 'p95' | 'p99',
  missing: string | null,
  entry: readonly (string | number)[],
): Finding {
  const bound = finite(rule.max_ratio);
  const measured = context.evidence.timing?.latency?.[rule.of];
  const ratio = measured?.ratio?.[percentile];
  const value = finite(ratio?.value);
  const lower = finite(ratio?.interval?.[0]);
  const upper = finite(ratio?.interval?.[1]);
  const pairs = whole(measured?.pairs);
  const base = {
    name: `${name}, ratio`,
    rule: `max_ratio: ${plain(rule.max_ratio ?? Number.NaN)}`,
    where: standing(context.where, [...entry, 'max_ratio']),
  };
  if (context.evidence.champion === null) return undecided(base, NO_CHAMPION);
  if (missing !== null) return undecided(base, missing);
  if (pairs === null || pairs < PAIRS) return undecided(base, `at least ${PAIRS} pairs of processes must be timed`);
  if (bound === null || value === null || lower === null || upper === null || lower > upper) {
    return undecided(base, 'the ratio or its interval is missing');
  }
  const status: Status = upper < bound ? 'pass' : lower > bound ? 'fail' : 'inconclusive';
  const end = {
    pass: 'and more is ruled out',
    fail: 'and this is more',
    inconclusive: 'and more is neither shown nor ruled out',
  };
  const { confidence } = context.model.evaluate;
  return decided(
    base,
    status,
    `${name} is ${fixed(value, 2)} times the champion’s (${plain(100 * confidence)} % interval ${fixed(lower, 2)} to ${fixed(upper, 2)} over ${count(pairs)} pairs of processes); up to ${plain(bound)} times is allowed, ${end[status]}.`,
    {
      ...numbers('ms', measured?.champion?.[percentile], measured?.candidate[percentile]),
      difference: value,
      interval: [lower, upper],
      ratio: true,
    },
  );
}

/** Judges how large the artifact is; a megabyte is 10⁶ bytes. */
export function judgeSize(context: Context, rule: SizeRule, entry: readonly (string | number)[]): Finding {
  const { candidate, champion } = context.evidence;
  const bytes = { candidate: whole(candidate?.artifact_bytes), champion: whole(champion?.artifact_bytes) };
  return judgeMegabytes(context, 'artifact size', 'The artifact takes', bytes, rule.at_most, entry);
}

/** Judges the peak resident memory of the child process that ran the candidate. */
export function judgeMemory(context: Context, rule: MemoryRule, entry: readonly (string | number)[]): Finding {
  const peak = context.evidence.timing?.peak_memory_bytes;
  const bytes = { candidate: finite(peak?.candidate), champion: finite(peak?.champion) };
  return judgeMegabytes(context, 'peak memory', 'The candidate’s process took at most', bytes, rule.at_most, entry);
}

function judgeMegabytes(
  context: Context,
  name: string,
  verb: string,
  bytes: { candidate: number | null; champion: number | null },
  atMost: unknown,
  entry: readonly (string | number)[],
): Finding {
  const bound = finite(atMost);
  const base = {
    name,
    rule: `at_most: ${bound === null ? '—' : plain(bound)}`,
    where: standing(context.where, [...entry, 'at_most']),
  };
  const megabytes = bytes.candidate === null ? null : bytes.candidate / MEGABYTE;
  if (megabytes === null || megabytes < 0 || bound === null) return undecided(base, 'the evidence does not measure it');
  return decided(
    base,
    megabytes <= bound ? 'pass' : 'fail',
    `${verb} ${rounded(megabytes)} MB; at most ${plain(bound)} MB are allowed.`,
    numbers('MB', bytes.champion === null ? null : bytes.champion / MEGABYTE, megabytes),
  );
}

type Base = Pick<Finding, 'name' | 'rule' | 'where'>;

function numbers(unit: 'ms' | 'MB', champion: unknown, candidate: unknown): MeasuredNumbers {
  return {
    unit,
    champion: finite(champion),
    candidate: finite(candidate),
    candidate_interval: null,
    difference: null,
    interval: null,
    ratio: false,
    method: null,
    better: null,
    threshold_from_benchmark: false,
    design_effect: null,
  };
}

function decided(base: Base, status: Status, sentence: string, measured: MeasuredNumbers | null = null): Finding {
  return { ...base, kind: 'guardrail', status, word: null, sentence, holm_p_value: null, measured, settle: null };
}

function undecided(base: Base, why: string): Finding {
  return decided(base, 'inconclusive', `${base.name} can’t be judged: ${why}.`);
}
