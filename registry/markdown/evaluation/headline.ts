import type { Evaluation } from '../../evidence/evaluation.ts';
import { NO_CHAMPION } from '../../judge/context.ts';
import type { Finding, Verdict } from '../../verdict.ts';
import { code, prose } from '../escape.ts';
import { plural } from '../number.ts';
import { span } from '../span.ts';
import { MARKS, nameOf } from './cells.ts';
import { rules } from './rules.ts';
import { seedNoiseSentence } from './seed-noise.ts';
import { atLine, type Title, theEvidence } from './title.ts';

/** Beyond so many a reviewer has long seen enough. */
const MOST_REASONS = 20;

/** What a reader in a hurry needs: the verdict, what was compared, each rule, and why any of them does not hold. */
export function headline(evidence: Evaluation, verdict: Verdict, title: Title, mostRows: number): string {
  const sentence = `${MARKS[verdict.verdict]} **${prose(verdict.sentence)}**`;
  return `${sentence}\n\n${grounds(evidence, verdict, title, mostRows)}`;
}

/** The same without the verdict's sentence, for where that is said already. */
export function grounds(evidence: Evaluation, verdict: Verdict, title: Title, mostRows: number): string {
  const parts = [subjects(evidence)];
  if (title.note !== undefined) parts.push(prose(title.note));
  parts.push(rules(evidence, verdict, title, mostRows));
  const noise = seedNoiseSentence(evidence);
  if (noise !== null) parts.push(prose(noise));
  // Said once in the verdict, not again for each rule that compares.
  const troubles = verdict.findings.filter(
    (finding) => finding.status !== 'pass' && !finding.sentence.includes(NO_CHAMPION),
  );
  if (troubles.length > 0) parts.push(reasons(troubles, title, Math.min(mostRows, MOST_REASONS)));
  return parts.join('\n\n');
}

function subjects({ benchmark, candidate, champion, self_test: isSelfTest }: Evaluation): string {
  const versus = champion === null ? 'There is no champion yet' : `Champion ${nameOf(champion)}`;
  const self = isSelfTest ? ' (a self-test: both are the same version)' : '';
  const clusters =
    benchmark.clusters === null
      ? ', each taken as independent'
      : ` in ${plural(benchmark.clusters, 'independent cluster')}${benchmark.cluster === null ? '' : ` (${code(benchmark.cluster)})`}`;
  return `Candidate ${nameOf(candidate)} · ${versus}${self} · Benchmark of ${plural(benchmark.rows, 'row')}${clusters}${span(benchmark)}`;
}

function reasons(troubles: readonly Finding[], title: Title, most: number): string {
  const order = { fail: 0, inconclusive: 1, pass: 2 };
  const sorted = [...troubles].sort((a, b) => order[a.status] - order[b.status]);
  const lines = sorted.slice(0, most).map((finding) => {
    const where = finding.where === null ? '' : ` (${atLine(finding.where, title)})`;
    return `- ${MARKS[finding.status]} ${prose(finding.sentence)}${where}`;
  });
  if (sorted.length > most) lines.push(`- and ${sorted.length - most} more, in ${theEvidence(title)}`);
  const has = (status: Finding['status']) => troubles.some((finding) => finding.status === status);
  const parts = [...(has('fail') ? ['does not hold'] : []), ...(has('inconclusive') ? ['could not be decided'] : [])];
  return `#### What ${parts.join(', and what ')}\n\n${lines.join('\n')}`;
}
