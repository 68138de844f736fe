import { HOPELESS } from '#registry/judge/metric-rule.ts';
import { missingData } from '#registry/judge/missing-data.ts';
import { code, prose } from '#registry/markdown/escape.ts';
import { about, count } from '#registry/markdown/number.ts';
import type { Finding, Settle } from '#registry/verdict.ts';
import type { Pull } from '../snapshot/snapshot.ts';
import type { Judged } from './state.ts';

const MOST_NAMES = 4;
const RULES: readonly Finding['kind'][] = ['primary', 'guardrail', 'slices'];

const FIRST =
  'a person decides on the first version; with this check required, only who may bypass the rules of the branch can merge it.';

/** What to do about a verdict, in Markdown: what follows "Next:". */
export function nextStep(pull: Pull, state: Judged): string {
  const { doubts, evaluation, policy, verdict } = state;
  if (pull.fork)
    return 'a maintainer who has read the change pushes these commits to a branch of this repository, to have them evaluated there.';
  if (policy === 'head, as base has none') return FIRST;
  if (policy !== 'base') return 'mend the policy in the base branch; until then a person decides.';
  if (verdict.verdict === 'fail') return 'mend what does not hold, or say in the review why the rule should change.';
  if (verdict.verdict === 'pass') {
    const both = state.proposed === null ? '' : ' (the policy too, which decides from then on)';
    return `review${both} and merge. That alone changes nothing in production: a version gets there by \`tiltyard register\` and \`tiltyard promote\`.`;
  }
  const [doubt] = doubts;
  if (doubt !== undefined) return prose(doubt.remedy);
  return evaluation.champion === null ? FIRST : settling(state);
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
    ...(widest === null ? [] : [estimate(widest, namesOf(near), evaluation)]),
    ...(far.length === 0 ? [] : [`more data would hardly decide ${namesOf(far)}, so close to its limit it lies`]),
    ...(rules.length === 0 ? [] : [`see above why ${namesOf(rules)} could not be decided`]),
    ...(rest.length === rules.length
      ? []
      : ['clear up what is said above of the data and the evidence, and run the workflow again']),
  ];
  return `${parts.join('; ')}.`;
}

function estimate(settle: Settle, names: string, evaluation: Judged['evaluation']): string {
  const { alike, what } = moreData(settle, evaluation);
  const same = alike.length === 0 ? '' : ` (${alike.join(', or ')})`;
  return `${what} in the benchmark${same} would decide ${names}, if it is as measured; this is an estimate, by errors that shrink with the square root of the number`;
}

/** How many of what there would have to be more; and what that is in rows and days. */
function moreData(settle: Settle, { benchmark }: Judged['evaluation']): { what: string; alike: string[] } {
  const { days, rows, units } = missingData(settle, benchmark);
  const inDays = days === null ? [] : [`${about(days)} ${days === 1 ? 'day' : 'days'} like those that it has`];
  if (settle.units === 'rows') return { what: `${about(units)} more rows`, alike: inDays };
  const unit = benchmark.cluster === null ? '' : ` (${code(benchmark.cluster)})`;
  return { what: `about ${count(units)} more independent clusters${unit}`, alike: [`${about(rows)} rows`, ...inDays] };
}

function namesOf(findings: readonly Pick<Finding, 'name'>[]): string {
  const names = [...new Set(findings.map(({ name }) => name))];
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return prose(names.slice(0, MOST_NAMES).join(', ')) + more;
}
