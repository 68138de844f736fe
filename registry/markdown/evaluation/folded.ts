import type { Comparison, Evaluation } from '../../evidence/evaluation.ts';
import { shortLabel, type Task } from '../../metric.ts';
import { metrics } from '../../metrics.generated.ts';
import type { Verdict } from '../../verdict.ts';
import type { Section } from '../budget.ts';
import { code, prose } from '../escape.ts';
import { count, decimalsOf, fixed, plural, rounded } from '../number.ts';
import { cappedTable, table } from '../table.ts';
import {
  differenceCell,
  folded,
  levelCell,
  levelsCell,
  MARKS,
  METHODS,
  NBSP,
  ratioCell,
  sliceCell,
  unitCell,
} from './cells.ts';
import { chart } from './chart.ts';
import { methodNotes, provenance } from './notes.ts';
import { atLine, type Title, theEvidence } from './title.ts';

const MOST_ROWS = 60;
/** Of slices and flips, those that a reviewer looks at first. */
const MOST_SLICES = 20;
const MOST_NAMES = 10;
const UNMARKED = `${MARKS.fail} is a loss beyond the limit. A slice without a mark is not proved safe: what is smaller than the smallest detectable loss can hide there.`;
/** No loss shown is no mark: it proves no slice safe. */
const OUTCOMES = { 'no loss shown': '', 'loss shown': `${MARKS.fail} `, 'not measured': `${MARKS.inconclusive} ` };
const right = 'right' as const;

/** Everything that a reader may want to look up, folded; each with its weight for when space runs out. */
export function foldedSections(evidence: Evaluation, verdict: Verdict, title: Title): Section[] {
  const parts: [string, number, string | null][] = [
    ['findings in sentences', 50, sentences(verdict, title)],
    ['all metrics', 70, allMetrics(evidence, title)],
    ['slices', 40, slices(verdict, title)],
    ['flips', 30, flips(evidence, title)],
    ['fairness', 60, fairness(evidence, title)],
    ['latency and memory', 45, budgets(evidence)],
    ['chart', 20, chart(evidence)],
    ['how the numbers were made', 55, folded('How the numbers were made', methodNotes(evidence))],
    ['provenance', 65, folded('Provenance: digests, seed, versions', provenance(evidence))],
  ];
  return parts.flatMap(([name, weight, text]) => (text === null ? [] : [{ name, weight, text }]));
}

function sentences(verdict: Verdict, title: Title): string | null {
  const kept = verdict.findings.filter((finding) => finding.status === 'pass');
  if (kept.length === 0) return null;
  const lines = kept.slice(0, MOST_ROWS).map((finding) => {
    const where = finding.where === null ? '' : ` (${atLine(finding.where, title)})`;
    return `- ${MARKS.pass} ${prose(finding.sentence)}${where}`;
  });
  if (kept.length > MOST_ROWS) lines.push(`- and ${kept.length - MOST_ROWS} more`);
  return folded(`${plural(kept.length, 'rule')} kept, in sentences`, lines.join('\n'));
}

function label(task: Task, comparison: Comparison): string {
  const facts = metrics.find((metric) => metric.name === comparison.metric && metric.task === task);
  const name = prose(shortLabel(facts, comparison.metric, comparison.params));
  return `${name}${NBSP}${comparison.better === 'higher' ? '↑' : '↓'}${comparison.threshold_from_benchmark ? `${NBSP}†` : ''}`;
}

function allMetrics(evidence: Evaluation, title: Title): string | null {
  const whole = evidence.comparisons.filter((one) => one.slice === null);
  if (whole.length === 0) return null;
  const isFirst = evidence.champion === null;
  const rows = whole.map((one) => {
    const decimals = decimalsOf(one.interval);
    return [
      label(evidence.task, one),
      ...(isFirst
        ? [levelCell(one.candidate.value, one.candidate.interval)]
        : [
            differenceCell(one.difference, one.interval),
            levelsCell(fixed(one.champion?.value ?? null, decimals), fixed(one.candidate.value, decimals)),
            fixed(one.minimum_detectable, decimals),
          ]),
      one.design_effect === null ? '—' : rounded(one.design_effect),
      METHODS[one.method],
    ];
  });
  const columns = [
    { head: 'Metric' },
    ...(isFirst
      ? [{ head: `Candidate [interval]` }]
      : [
          { head: 'Difference [interval]' },
          { head: 'Champion → candidate' },
          { head: 'Smallest detectable', align: right },
        ]),
    { head: 'Design effect', align: right },
    { head: 'Interval by' },
  ];
  const dagger = whole.some((one) => one.threshold_from_benchmark)
    ? '\n\n† chose its threshold on the benchmark itself, so its value is somewhat too good for both versions.'
    : '';
  const tests = whole.flatMap((one) =>
    one.mcnemar === null
      ? []
      : [
          `\n\nExact McNemar test of ${prose(one.metric)}: ${count(one.mcnemar.fixed)} rows fixed, ${count(one.mcnemar.broken)} broken, p = ${rounded(one.mcnemar.p_value)}.`,
        ],
  );
  return folded(
    `All ${plural(whole.length, 'metric')}`,
    cappedTable(columns, rows, MOST_ROWS, theEvidence(title)) + dagger + tests.join(''),
  );
}

function slices(verdict: Verdict, title: Title): string | null {
  if (verdict.slices === null) return null;
  const { better, judged, metric, too_small } = verdict.slices;
  const sign = better === 'higher' ? 1 : -1;
  const worst = [...judged].sort(
    (a, b) => (a.p_value ?? 1) - (b.p_value ?? 1) || sign * ((a.difference ?? 0) - (b.difference ?? 0)),
  );
  const rows = worst.map((one) => {
    const decimals = decimalsOf(one.interval);
    return [
      OUTCOMES[one.outcome] + sliceCell(one.key),
      differenceCell(one.difference, one.interval),
      count(one.rows),
      levelsCell(fixed(one.champion, decimals), fixed(one.candidate, decimals)),
      fixed(one.minimum_detectable, decimals),
    ];
  });
  const columns = [
    { head: 'Slice' },
    { head: 'Difference [interval]' },
    { head: 'Rows', align: right },
    { head: 'Champion → candidate' },
    { head: 'Smallest detectable loss', align: right },
  ];
  const small = too_small.slice(0, MOST_NAMES).map((one) => `${sliceCell(one.key)} (${prose(one.reason)})`);
  const more = too_small.length > MOST_NAMES ? ` and ${too_small.length - MOST_NAMES} more` : '';
  const listed = small.length === 0 ? '' : `\n\nToo small to judge: ${small.join('; ')}${more}.`;
  const body =
    rows.length === 0
      ? 'No slice could be judged.'
      : `${cappedTable(columns, rows, MOST_SLICES, theEvidence(title))}\n\n${UNMARKED}`;
  const worstFirst = judged.length > MOST_SLICES ? `, the worst ${MOST_SLICES} first` : '';
  return folded(`${plural(judged.length, 'slice')} by ${prose(metric)}${worstFirst}`, body + listed);
}

function flips(evidence: Evaluation, title: Title): string | null {
  if (evidence.flips === null) return null;
  const { broken, by_slice, fixed: mended, rows } = evidence.flips;
  const sorted = [...by_slice].sort((a, b) => a.fixed - a.broken - (b.fixed - b.broken));
  const list = sorted.map((one) => [
    sliceCell(one.key),
    count(one.rows),
    count(one.fixed),
    count(one.broken),
    count(one.fixed - one.broken).replace('-', '−'),
  ]);
  const columns = [
    { head: 'Slice' },
    ...['Rows', 'Fixed', 'Broken', 'Balance'].map((head) => ({ head, align: right })),
  ];
  const body = `Of ${plural(rows, 'row')}, ${count(mended)} are right only under the candidate (fixed) and ${count(broken)} only under the champion (broken).`;
  return folded(
    `Flips: ${count(mended)} rows fixed, ${count(broken)} broken`,
    list.length === 0 ? body : `${body}\n\n${cappedTable(columns, list, MOST_SLICES, theEvidence(title))}`,
  );
}

function fairness(evidence: Evaluation, title: Title): string | null {
  if (evidence.fairness.length === 0) return null;
  const rows = evidence.fairness.flatMap(({ column, measures }) =>
    measures.map((one) => [
      code(column),
      prose(one.measure),
      one.champion === null ? '—' : levelCell(one.champion.value, one.champion.interval),
      levelCell(one.candidate.value, one.candidate.interval),
      METHODS[one.method],
    ]),
  );
  const columns = [
    { head: 'Column' },
    { head: 'Measure' },
    { head: 'Champion [interval]' },
    { head: 'Candidate [interval]' },
    { head: 'Interval by' },
  ];
  return folded('Fairness along protected columns', cappedTable(columns, rows, MOST_ROWS, theEvidence(title)));
}

function budgets(evidence: Evaluation): string | null {
  const { latency, peak_memory_bytes } = evidence.timing;
  const rows: string[][] = [];
  if (latency !== null) {
    for (const [name, one] of [
      ['One row', latency.single],
      [`Batch of ${count(latency.batch.batch)}`, latency.batch],
    ] as const) {
      for (const percentile of ['p50', 'p95', 'p99'] as const) {
        const ratio = one.ratio?.[percentile];
        rows.push([
          `${name}, ${percentile}`,
          unitCell(one.champion?.[percentile] ?? null, 'ms'),
          unitCell(one.candidate[percentile], 'ms'),
          ratio === undefined ? '—' : ratioCell(ratio.value, ratio.interval),
        ]);
      }
    }
  }
  const megabytes = (value: number | null | undefined) =>
    value === null || value === undefined ? '—' : unitCell(value / 1e6, 'MB');
  rows.push(['Peak memory', megabytes(peak_memory_bytes.champion), megabytes(peak_memory_bytes.candidate), '—']);
  rows.push([
    'Artifact',
    megabytes(evidence.champion?.artifact_bytes),
    megabytes(evidence.candidate.artifact_bytes),
    '—',
  ]);
  const columns = [
    { head: '' },
    ...['Champion', 'Candidate', 'Ratio [interval]'].map((head) => ({ head, align: right })),
  ];
  return folded('Latency, memory and size', table(columns, rows));
}
