import { decimalsOf, fixed, plural, signed, signedInterval } from '#registry/markdown/number.ts';
import type { Answer } from '#registry/markdown/pull-request/answers.ts';
import type { Finding, SliceJudgement, Status } from '#registry/verdict.ts';
import type { Judged } from './state.ts';

const MOST_NAMES = 12;
const OUTCOMES = {
  'loss shown': 'that is more than the limit allows',
  'no loss shown': 'a loss beyond the limit is not shown, which does not prove that there is none',
  'not measured': 'it could not be measured',
};

/** What was found of a metric, a rule or a slice, by its name; as text is compared, never searched for as a pattern. */
export function explain({ evaluation, verdict }: Judged, what: string): Answer['lines'] {
  const findings = verdict.findings.filter((one) => isCalled(one, what));
  const slices = (verdict.slices?.judged ?? []).filter((one) => isNamed(one.key, what));
  const small = (verdict.slices?.too_small ?? []).filter((one) => isNamed(one.key, what));
  const measured = evaluation.comparisons.filter((one) => one.slice === null && one.metric === what);
  const lines = [
    ...findings.map(({ sentence, status, where }) => ({
      mark: status,
      sentence: where === null ? sentence : `${sentence} The rule stands at ${where}.`,
    })),
    ...slices.map((one) => ({ mark: markOf(one), sentence: sliceSentence(one, verdict.slices?.metric ?? '') })),
    ...small.map(({ key, reason }) => ({
      mark: null,
      sentence: `${named(key)} is too small to judge: ${reason}.`,
    })),
  ];
  if (lines.length > 0) return lines;
  if (measured.length > 0) {
    return measured.map(({ candidate, champion, difference, interval, metric }) => {
      const decimals = decimalsOf(interval);
      const numbers = `${fixed(champion?.value ?? null, decimals)} with the champion, ${fixed(candidate.value, decimals)} with the candidate`;
      const by =
        interval === null
          ? ''
          : `, a difference of ${signed(difference, decimals)} (${signedInterval(interval, decimals)})`;
      return { mark: null, sentence: `No rule is about ${metric}; it is ${numbers}${by}.` };
    });
  }
  const names = [...new Set(verdict.findings.map(({ name }) => name))].slice(0, MOST_NAMES).join(', ');
  return [
    { mark: null, sentence: `Nothing that was measured is called so. There are ${names}, and slices as column=value.` },
  ];
}

/** Whether a finding has a name, as it is shown or as model.yaml spells it: `p99_ms`, a metric without its parameters. */
function isCalled({ kind, name }: Finding, what: string): boolean {
  const latency = what.endsWith('_ms') ? `${what.slice(0, -'_ms'.length)} latency ` : null;
  return (
    [kind, name, name.split('(', 1)[0], ...name.split(' ')].includes(what) ||
    (latency !== null && name.startsWith(latency))
  );
}

type Key = SliceJudgement['key'];

function named(key: Key): string {
  return key.map(({ column, value }) => `${column}=${value}`).join(', ');
}

function isNamed(key: Key, what: string): boolean {
  return (
    key.some(({ column, value }) => what === value || what === column || what === `${column}=${value}`) ||
    named(key) === what
  );
}

/** No loss shown is no mark: it proves no slice safe. */
function markOf({ outcome }: SliceJudgement): Status | null {
  return outcome === 'loss shown' ? 'fail' : outcome === 'not measured' ? 'inconclusive' : null;
}

function sliceSentence(
  { candidate, champion, difference, interval, key, outcome, rows }: SliceJudgement,
  metric: string,
): string {
  const decimals = decimalsOf(interval);
  const by = interval === null ? '' : ` (${signedInterval(interval, decimals)})`;
  const numbers = `${fixed(champion, decimals)} with the champion, ${fixed(candidate, decimals)} with the candidate, ${signed(difference, decimals)}${by}`;
  return `${named(key)} (${plural(rows, 'row')}), ${metric}: ${numbers}; ${OUTCOMES[outcome]}.`;
}
