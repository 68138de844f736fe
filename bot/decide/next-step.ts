import { HOPELESS } from '#registry/judge/metric-rule.ts';
import { code, prose } from '#registry/markdown/escape.ts';
import { about, count } from '#registry/markdown/number.ts';
import { missingData } from '#registry/statistics/power.ts';
import type { Finding, Settle } from '#registry/verdict.ts';
import type { Pull } from '../snapshot/snapshot.ts';
import type { Judged } from './state.ts';

const MOST_NAMES = 4;
const RULES: readonly Finding['kind'][] = ['primary', 'guardrail', 'slices'];

/** What to do about a verdict, in Markdown: what follows "Next:". */
export function nextStep(pull: Pull, state: Judged): string {
  const { doubts, evaluation, policy, verdict } = state;
  if (pull.fork)
    return 'a maintainer who has read the change pushes these commits to a branch of this repository, to have them evaluated there.';
  if (policy === 'head, as base has none') return 'a person decides on the first version.';
  if (policy !== 'base') return 'mend the policy in the base branch; until then a person decides.';
  if (verdict.verdict === 'fail') return 'mend what does not hold, or say in the review why the rule should change.';
  if (verdict.verdict === 'pass') {
    return 'review and merge. That alone changes nothing in production: a version gets there by `tiltyard register` and `tiltyard promote`.';
  }
  const [doubt] = doubts;
  if (doubt !== undefined) return prose(doubt.remedy);
  return evaluation.champion === null ? 'a person decides on the first version.' : settling(state);
}

/** How much more data would decide what is open, as an estimate; nothing is promised of what more data would not decide. */
function settling({ evaluation, verdict }: Judged): string {
  const open = verdict.findings.filter(({ status }) => status === 'inconclusive');
  const settled = open.flatMap(({ name, settle }) => (settle === null ? [] : [{ name, settle }]));
  const near = settled.filter(({ settle }) => settle.times <= HOPELESS);
  const far = settled.filter(({ settle }) => settle.times > HOPELESS);
  const rest = open.filter(({ settle }) => settle === null);
  const rules = rest.filter(({ kind }) => RULES.includes(kind));
  const widest = near.reduce<Settle | null>(
    (a, { settle }) => (a === null || settle.times > a.times ? settle : a),
    null,
  );
  const parts = [
    ...(widest === null ? [] : [`${moreData(widest, evaluation)} would decide ${namesOf(near)}, if it is as measured`]),
    ...(far.length === 0 ? [] : [`more data would hardly decide ${namesOf(far)}, so close to its limit it lies`]),
    ...(rules.length === 0 ? [] : [`see above why ${namesOf(rules)} could not be decided`]),
    ...(rest.length === rules.length
      ? []
      : ['clear up what is said above of the data and the evidence, and run the workflow again']),
  ];
  const estimate = widest === null ? '' : ' (an estimate: errors shrink with the square root of the number)';
  return `${parts.join('; ')}${estimate}.`;
}

function moreData(settle: Settle, { benchmark }: Judged['evaluation']): string {
  const { days, rows, units } = missingData(settle, benchmark);
  if (settle.units === 'rows')
    return `a benchmark with ${about(units)} more rows${days === null ? '' : `, ${inDays(days)},`}`;
  const unit = benchmark.cluster === null ? '' : ` (${code(benchmark.cluster)})`;
  const alike = days === null ? `${about(rows)} rows` : `${about(rows)} rows, ${inDays(days)}`;
  return `a benchmark with about ${count(units)} more independent clusters${unit}, ${alike},`;
}

const inDays = (days: number) => `${about(days)} ${days === 1 ? 'day' : 'days'} of data like these`;

function namesOf(findings: readonly Pick<Finding, 'name'>[]): string {
  const names = [...new Set(findings.map(({ name }) => name))];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return prose(names.slice(0, MOST_NAMES).join(', ')) + more;
}
