import type { Evaluation } from '../../evidence/evaluation.ts';
import { NO_CHAMPION } from '../../judge/context.ts';
import type { Finding, Verdict } from '../../verdict.ts';
import { code, prose } from '../escape.ts';
import { count, decimalsOf, fixed, plain, plural, rounded } from '../number.ts';
import { table } from '../table.ts';
import { differenceCell, findingCell, levelCell, MARKS, METHODS, nameOf, ratioCell } from './cells.ts';
import { seedNoiseSentence } from './seed-noise.ts';

/** What the evidence itself does not know of the evaluation it is about. */
export interface Title {
  /** Said after the verdict, such as "These numbers come from a pull request: they inform, they merge nothing." */
  note?: string;
  /** Where files of the commit whose policy this is are shown, to be followed by a path: rules are linked then. */
  files?: string;
}

/** What a reader in a hurry needs: the verdict, what was compared, each rule, and why any of them does not hold. */
export function headline(evidence: Evaluation, verdict: Verdict, title: Title, mostRows: number): string {
  const parts = [`${MARKS[verdict.verdict]} **${prose(verdict.sentence)}**`, subjects(evidence, verdict)];
  if (title.note !== undefined) parts.push(prose(title.note));
  parts.push(rules(evidence, verdict, mostRows));
  const noise = seedNoiseSentence(evidence);
  if (noise !== null) parts.push(prose(noise));
  // Said once in the verdict, not again for each rule that compares.
  const troubles = verdict.findings.filter(
    (finding) => finding.status !== 'pass' && !finding.sentence.includes(NO_CHAMPION),
  );
  if (troubles.length > 0) parts.push(reasons(troubles, title, mostRows));
  return parts.join('\n\n');
}

function subjects(evidence: Evaluation, verdict: Verdict): string {
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
      : ` in ${plural(benchmark.clusters, 'independent cluster')}${benchmark.cluster === null ? '' : ` (${code(benchmark.cluster)}${designEffect(verdict)})`}`;
  return `Candidate ${nameOf(candidate)} · ${versus}${self} · Benchmark of ${plural(benchmark.rows, 'row')}${clusters}${span}`;
}

/** How much more the primary metric varies than if every row stood for itself. */
function designEffect(verdict: Verdict): string {
  const primary = verdict.findings.find((finding) => finding.kind === 'primary');
  const effect = primary?.measured?.design_effect ?? null;
  return effect === null ? '' : `, design effect ${rounded(effect)}`;
}

/** A rule's line, as a link where it is known at which address files are shown. */
function lineOf(where: string, { files }: Title): string {
  const [, path, line] = /^(models\/[a-z0-9-]{1,63}\/model\.yaml):(\d{1,7})$/.exec(where) ?? [];
  return files === undefined || path === undefined ? code(where) : `[${code(where)}](${files}${path}#L${line})`;
}

function reasons(troubles: readonly Finding[], title: Title, most: number): string {
  const order = { fail: 0, inconclusive: 1, pass: 2 };
  const sorted = [...troubles].sort((a, b) => order[a.status] - order[b.status]);
  const lines = sorted.slice(0, most).map((finding) => {
    const where = finding.where === null ? '' : ` (${lineOf(finding.where, title)})`;
    return `- ${MARKS[finding.status]} ${prose(finding.sentence)}${where}`;
  });
  if (sorted.length > most) lines.push(`- and ${sorted.length - most} more`);
  return `#### What does not hold, or could not be decided\n\n${lines.join('\n')}`;
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
    shown.map((finding) => ruleRow(finding, verdict)),
  );
  const more = all.length > shown.length ? `\n\n${all.length - shown.length} more rules stand in the evidence.` : '';
  const dagger = shown.some((finding) => finding.measured?.threshold_from_benchmark === true)
    ? '\n\n† chooses its threshold on the benchmark itself.'
    : '';
  return text + more + dagger;
}

function ruleRow(finding: Finding, verdict: Verdict): string[] {
  const { measured } = finding;
  const name = prose(finding.name);
  const start = finding.kind === 'primary' ? `**${name}** (primary)` : name;
  if (measured === null) {
    return [
      start,
      code(finding.rule),
      '—',
      '—',
      finding.kind === 'slices' ? judgedSlices(verdict) : '—',
      '—',
      findingCell(finding),
    ];
  }
  const arrow = measured.better === null ? '' : measured.better === 'higher' ? ' ↑' : ' ↓';
  const own = measured.candidate_interval;
  const decimals = decimalsOf(own ?? measured.interval);
  const level = (value: number | null) => {
    if (value === null) return '—';
    return measured.unit === '' ? fixed(value, decimals) : `${rounded(value)} ${measured.unit}`;
  };
  return [
    `${start}${arrow}${measured.threshold_from_benchmark ? ' †' : ''}`,
    code(finding.rule),
    level(measured.champion),
    own === null ? level(measured.candidate) : levelCell(measured.candidate, own),
    measured.ratio
      ? ratioCell(measured.difference, measured.interval)
      : differenceCell(measured.difference, measured.interval),
    measured.method === null ? '—' : METHODS[measured.method],
    findingCell(finding),
  ];
}

function judgedSlices({ slices }: Verdict): string {
  if (slices === null) return '—';
  const small = slices.too_small.length === 0 ? '' : `, ${count(slices.too_small.length)} too small`;
  return `${count(slices.judged.length)} judged${small}`;
}
