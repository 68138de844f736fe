import { changesOf } from '../../contract.ts';
import type { Evaluation } from '../../evidence/evaluation.ts';
import type { SliceJudgement, Verdict } from '../../verdict.ts';
import type { Section } from '../budget.ts';
import { prose } from '../escape.ts';
import { count, plural, pValue } from '../number.ts';
import { cappedTable } from '../table.ts';
import { differenceCell, MARKS, sliceCell } from './cells.ts';
import { type Title, theEvidence } from './title.ts';

/** From this many candidates on, the best of them may owe its place to chance on this benchmark. */
const WORN = 20;
const MOST = 20;

/** What a reviewer should see without unfolding anything; nothing where there is nothing to say. */
export function notableSections(evidence: Evaluation, verdict: Verdict, title: Title): Section[] {
  const sections: Section[] = [];
  const add = (name: string, weight: number, text: string) => sections.push({ name, weight, text });
  const weak = (verdict.slices?.judged ?? []).filter((one) => one.newly_weak || one.outcome === 'loss shown');
  if (weak.length > 0) add('newly weak slices', 95, weakSlices(verdict.slices?.metric ?? '', weak, title));
  const changes = changesOf(evidence).filter((change) => change.kind !== 'inner');
  if (changes.length > 0) {
    const lines = changes.map(
      (change) => `- ${change.kind === 'narrowed' ? '**narrowed**' : 'widened'}: ${prose(change.sentence)}`,
    );
    if (changes.length > MOST) lines.push(`- and ${changes.length - MOST} more`);
    const major = evidence.declared_major ? 'The version is declared major.' : 'Only a major version may narrow it.';
    add('contract changes', 90, `#### The contract with callers changes\n\n${major}\n\n${lines.join('\n')}`);
  }
  const unseen = evidence.data_findings.filter(
    (one) => !verdict.findings.some((finding) => finding.kind === 'data' && finding.sentence === one.sentence),
  );
  if (unseen.length > 0) {
    add(
      'data findings',
      92,
      `#### Doubts about the data\n\n${unseen.map((one) => `- ${prose(one.sentence)}`).join('\n')}`,
    );
  }
  if (evidence.benchmark.candidates_judged >= WORN) {
    add(
      'wear of the benchmark',
      94,
      `> **This benchmark wears out.** ${plural(evidence.benchmark.candidates_judged, 'candidate')} are known to have been judged on it; the best of so many looks better than it is. Plan a fresh one.`,
    );
  }
  return sections;
}

function weakSlices(metric: string, weak: readonly SliceJudgement[], title: Title): string {
  const sorted = [...weak].sort((a, b) => rank(a) - rank(b));
  const rows = sorted.map((one) => [
    `${one.outcome === 'loss shown' ? `${MARKS.fail} ` : ''}${sliceCell(one.key)}`,
    differenceCell(one.difference, one.interval),
    count(one.rows),
    one.p_value === null ? '—' : prose(pValue(one.p_value)),
  ]);
  const columns = [
    { head: 'Slice' },
    { head: `${prose(metric)}: difference [interval]` },
    { head: 'Rows', align: 'right' as const },
    { head: 'Adjusted p', align: 'right' as const },
  ];
  const marked = `${MARKS.fail}: the loss is larger than the limit allows (adjusted p). The others are worse, and not shown to be beyond the limit.`;
  return `#### Slices where the candidate is worse than the champion\n\n${cappedTable(columns, rows, MOST, theEvidence(title))}\n\n${marked}`;
}

function rank(slice: SliceJudgement): number {
  return (slice.outcome === 'loss shown' ? 0 : 10) + (slice.p_value ?? 1);
}
