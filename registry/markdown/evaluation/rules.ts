import type { Evaluation } from '../../evidence/evaluation.ts';
import type { Finding, MeasuredNumbers, Verdict } from '../../verdict.ts';
import { prose } from '../escape.ts';
import { count, decimalsOf, fixed, plain, rounded } from '../number.ts';
import { table } from '../table.ts';
import { differenceCell, levelCell, levelsCell, MARKS, NBSP, ratioCell, unitCell } from './cells.ts';
import { linkedRule, type Title } from './title.ts';

/** The policy's rules as a table, at most so many: those first that do not hold. */
export function rules(evidence: Evaluation, verdict: Verdict, title: Title, most: number): string {
  const order = { fail: 0, inconclusive: 1, pass: 2 };
  const all = verdict.findings.filter(
    (finding) => finding.kind === 'primary' || finding.kind === 'guardrail' || finding.kind === 'slices',
  );
  if (all.length === 0) return 'No rule was held against these numbers.';
  const shown = all.length <= most ? all : [...all].sort((a, b) => order[a.status] - order[b.status]).slice(0, most);
  // What tells most stands first: a phone shows little more than two columns at once.
  const interval = `[${plain(100 * evidence.confidence)}${NBSP}%${NBSP}interval]`;
  const heads = [`Measured ${interval}`, 'Limit', ...(evidence.champion === null ? [] : ['Champion → candidate'])];
  const text = table(
    ['Rule', ...heads].map((head) => ({ head })),
    shown.map((finding) => ruleRow(finding, verdict, title).slice(0, heads.length + 1)),
  );
  const notes = [
    ...(all.length > shown.length ? [`${all.length - shown.length} more rules stand in the evidence.`] : []),
    ...(shown.some(({ measured }) => measured?.threshold_from_benchmark === true)
      ? ['† chooses its threshold on the benchmark itself.']
      : []),
  ];
  return [text, ...notes].join('\n\n');
}

function ruleRow(finding: Finding, verdict: Verdict, title: Title): string[] {
  const { measured } = finding;
  const name = finding.kind === 'primary' ? `**${prose(finding.name)}**` : prose(finding.name);
  const arrow = measured === null || measured.better === null ? '' : measured.better === 'higher' ? '↑' : '↓';
  const signs = [arrow, measured?.threshold_from_benchmark === true ? '†' : ''].filter((sign) => sign !== '');
  // Passing is no proof of being as good.
  const aside = finding.status === 'pass' && finding.word === 'worse' ? ' (worse, within the limit)' : '';
  const rule = `${MARKS[finding.status]} ${[name, ...signs].join(NBSP)}${finding.kind === 'primary' ? ' (primary)' : ''}${aside}`;
  const limit = linkedRule(finding, title);
  if (measured === null) {
    const [shown, left] = finding.kind === 'slices' ? sliceCells(verdict) : ['—', '—'];
    return [rule, shown, limit, left];
  }
  return [rule, measuredCell(measured), limit, levels(measured)];
}

/** What the limit is held against: a difference or a ratio of the two, or the candidate's own value. */
function measuredCell({ candidate, candidate_interval: own, difference, interval, ratio, unit }: MeasuredNumbers) {
  if (ratio) return ratioCell(difference, interval);
  if (own !== null) return levelCell(candidate, own);
  return unit === '' ? differenceCell(difference, interval) : unitCell(candidate, unit);
}

function levels({ candidate, candidate_interval: own, champion, interval, unit }: MeasuredNumbers): string {
  if (unit !== '') return levelsCell(rounded(champion), unitCell(candidate, unit));
  const decimals = decimalsOf(own ?? interval);
  return levelsCell(fixed(champion, decimals), fixed(candidate, decimals));
}

/** How many slices show a loss, and how many could not be judged. */
function sliceCells({ slices }: Verdict): [shown: string, left: string] {
  if (slices === null) return ['—', '—'];
  const { judged, too_small: small } = slices;
  const lost = judged.filter(({ outcome }) => outcome === 'loss shown').length;
  const blank = judged.filter(({ outcome }) => outcome === 'not measured').length;
  const left = [
    ...(blank === 0 ? [] : [`${count(blank)} not measured`]),
    ...(small.length === 0 ? [] : [`${count(small.length)} too small`]),
  ].join(', ');
  const measured = judged.length - blank;
  const shown = measured === 0 ? '—' : `${count(lost)} of ${count(measured)} ${lost === 1 ? 'shows' : 'show'} a loss`;
  return [shown, left === '' ? '—' : left];
}
