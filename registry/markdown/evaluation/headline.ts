import type { Comparison, Evaluation } from '../../evidence/evaluation.ts';
import type { Finding, Verdict } from '../../verdict.ts';
import { code, prose } from '../escape.ts';
import { decimalsOf, fixed, plain, plural, rounded } from '../number.ts';
import { table } from '../table.ts';
import { differenceCell, findingCell, levelCell, MARKS, METHODS, nameOf } from './cells.ts';

/** What the evidence itself does not know of the evaluation it is about. */
export interface Title {
  /** Said after the verdict, such as "These numbers come from a pull request: they inform, they merge nothing." */
  note?: string;
}

/** What a reader in a hurry needs: the verdict, what was compared, each rule, and why any of them does not hold. */
export function headline(evidence: Evaluation, verdict: Verdict, title: Title, mostRows: number): string {
  const parts = [`${MARKS[verdict.verdict]} **${prose(verdict.sentence)}**`, subjects(evidence)];
  if (title.note !== undefined) parts.push(prose(title.note));
  const troubles = verdict.findings.filter((finding) => finding.status !== 'pass');
  if (troubles.length > 0) parts.push(reasons(troubles, mostRows));
  parts.push(rules(evidence, verdict, mostRows));
  return parts.join('\n\n');
}

function subjects(evidence: Evaluation): string {
  const { benchmark, candidate, champion } = evidence;
  const versus = champion === null ? 'There is no champion yet' : `Champion ${nameOf(champion)}`;
  const self = evidence.self_test ? ' (a self-test: both are the same version)' : '';
  const span =
    benchmark.start === null || benchmark.end === null
      ? ''
      : `, ${prose(benchmark.start.slice(0, 10))} to ${prose(benchmark.end.slice(0, 10))}`;
  const clusters =
    benchmark.clusters === null
      ? ', each taken as independent'
      : ` in ${plural(benchmark.clusters, 'independent cluster')}${benchmark.cluster === null ? '' : ` (${code(benchmark.cluster)})`}`;
  return `Candidate ${nameOf(candidate)} · ${versus}${self} · Benchmark of ${plural(benchmark.rows, 'row')}${clusters}${span}`;
}

function reasons(troubles: readonly Finding[], most: number): string {
  const order = { fail: 0, inconclusive: 1, pass: 2 };
  const sorted = [...troubles].sort((a, b) => order[a.status] - order[b.status]);
  const lines = sorted.slice(0, most).map((finding) => {
    const where = finding.where === null ? '' : ` (${code(finding.where)})`;
    return `- ${MARKS[finding.status]} ${prose(finding.sentence)}${where}`;
  });
  if (sorted.length > most) lines.push(`- and ${sorted.length - most} more`);
  return lines.join('\n');
}

function rules(evidence: Evaluation, verdict: Verdict, most: number): string {
  const order = { fail: 0, inconclusive: 1, pass: 2 };
  const all = verdict.findings.filter(
    (finding) => finding.kind === 'primary' || finding.kind === 'guardrail' || finding.kind === 'slices',
  );
  if (all.length === 0) return 'No rule was held against these numbers.';
  const shown = all.length <= most ? all : [...all].sort((a, b) => order[a.status] - order[b.status]).slice(0, most);
  const confidence = plain(100 * evidence.confidence);
  const text = table(
    [
      { head: 'Rule' },
      { head: 'Limit' },
      { head: 'Champion', align: 'right' },
      { head: 'Candidate', align: 'right' },
      { head: `Difference (${confidence} % interval)`, align: 'right' },
      { head: 'Interval by' },
      { head: 'Finding' },
    ],
    shown.map((finding) => ruleRow(evidence, finding)),
  );
  const more = all.length > shown.length ? `\n\n${all.length - shown.length} more rules stand in the evidence.` : '';
  return text + more;
}

function ruleRow(evidence: Evaluation, finding: Finding): string[] {
  const { measured } = finding;
  const name = prose(finding.name) + direction(evidence, finding);
  const label = finding.kind === 'primary' ? `**${name}** (primary)` : name;
  if (measured === null) return [label, code(finding.rule), '—', '—', '—', '—', findingCell(finding)];
  const unit = measured.unit === '' ? '' : ` ${measured.unit}`;
  const own = measured.candidate_interval;
  const decimals = decimalsOf(own ?? measured.interval);
  const level = (value: number | null) =>
    value === null ? '—' : unit === '' ? fixed(value, decimals) : `${rounded(value)}${unit}`;
  const ratio = measured.ratio ? `× ${levelCell(measured.difference, measured.interval)}` : '';
  return [
    label,
    code(finding.rule),
    level(measured.champion),
    own === null ? level(measured.candidate) : levelCell(measured.candidate, own),
    ratio === '' ? differenceCell(measured.difference, measured.interval) : ratio,
    measured.method === null ? '—' : METHODS[measured.method],
    findingCell(finding),
  ];
}

/** An arrow that says which way the metric runs. */
function direction(evidence: Evaluation, finding: Finding): string {
  if (finding.measured?.method == null) return '';
  const found = evidence.comparisons.find((one: Comparison) => finding.name.startsWith(one.metric));
  return found === undefined ? '' : found.better === 'higher' ? ' ↑' : ' ↓';
}
