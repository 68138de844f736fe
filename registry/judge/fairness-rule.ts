import { decimalsOf, fixed, plain } from '../markdown/number.ts';
import type { Guardrail } from '../model.ts';
import type { Finding, MeasuredNumbers, Status } from '../verdict.ts';
import { type Bound, hold, ruleText } from './bound.ts';
import { type Context, finite, quoted, standing } from './context.ts';

type FairnessRule = Extract<Guardrail, { fairness: string }>;

/** Judges one fairness measure along one protected column, by the candidate's own interval. */
export function judgeFairness(context: Context, rule: FairnessRule, entry: readonly (string | number)[]): Finding {
  const name = `${rule.fairness} by ${quoted(rule.column)}`;
  const bound = boundOf(rule);
  const finding = (status: Status, sentence: string, numbers: MeasuredNumbers | null = null): Finding => ({
    kind: 'guardrail',
    name,
    status,
    word: null,
    rule: bound === null ? 'no bound' : ruleText(bound),
    sentence,
    where: standing(context.where, bound === null ? entry : [...entry, bound.kind]),
    holm_p_value: null,
    measured: numbers,
    settle: null,
  });
  const undecided = (why: string) => finding('inconclusive', `${name} can’t be judged: ${why}.`);
  if (bound === null) return undecided('its rule must have exactly one bound');
  const found = context.evidence.fairness
    .filter((one) => one.column === rule.column)
    .flatMap((one) => one.measures.filter((measure) => measure.measure === rule.fairness));
  const [measured] = found;
  if (measured === undefined || found.length > 1) return undecided('the evidence does not measure it once');
  const value = finite(measured.candidate?.value);
  const lower = finite(measured.candidate?.interval?.[0]);
  const upper = finite(measured.candidate?.interval?.[1]);
  if (value === null || lower === null || upper === null || lower > upper) {
    return undecided('the evidence has no value of it with an interval');
  }
  if (lower === upper) return undecided('its interval has no width, so nobody knows how far off it may be');
  const clusters = context.evidence.benchmark.clusters ?? context.evidence.benchmark.rows;
  if (!(clusters >= context.model.evaluate.min_clusters))
    return undecided('there are too few clusters to trust an interval');
  const decimals = decimalsOf([lower, upper]);
  const limit = `${bound.kind === 'at_least' ? 'at least' : 'at most'} ${plain(bound.value)}`;
  const end = {
    pass: 'and the whole interval keeps to it',
    fail: 'and the whole interval breaks it',
    inconclusive: 'and the interval reaches to both sides of it',
  };
  const status = hold(bound, lower, upper);
  return finding(
    status,
    `${name} is ${fixed(value, decimals)} (${plain(100 * context.model.evaluate.confidence)} % interval ${fixed(lower, decimals)} to ${fixed(upper, decimals)}); ${limit} is asked for, ${end[status]}.`,
    {
      unit: '',
      champion: finite(measured.champion?.value),
      candidate: value,
      candidate_interval: [lower, upper],
      difference: null,
      interval: null,
      ratio: false,
      method: measured.method,
      better: rule.fairness === 'demographic_parity_ratio' ? 'higher' : 'lower',
      threshold_from_benchmark: false,
      design_effect: null,
    },
  );
}

function boundOf(rule: FairnessRule): Bound | null {
  const least = rule.at_least === undefined ? null : finite(rule.at_least);
  const most = rule.at_most === undefined ? null : finite(rule.at_most);
  if (least !== null && rule.at_most === undefined) return { kind: 'at_least', value: least };
  return most !== null && rule.at_least === undefined ? { kind: 'at_most', value: most } : null;
}
