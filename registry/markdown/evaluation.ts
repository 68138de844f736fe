import type { Evaluation } from '../evidence/evaluation.ts';
import type { Verdict } from '../verdict.ts';
import { bytes, fit, type Section } from './budget.ts';
import { foldedSections } from './evaluation/folded.ts';
import { grounds, headline } from './evaluation/headline.ts';
import { notableSections } from './evaluation/notable.ts';
import type { Title } from './evaluation/title.ts';

/** GitHub refuses comments above 65,536 bytes; what wraps this text needs some of them. */
const LIMIT = 60_000;

/**
 * Renders an evaluation and its verdict as GitHub Markdown under `limit` bytes. The first line is the verdict in one
 * sentence; then the rules as a table; then only what has something to say, and `sections` of the caller; the rest is folded. Where it would get too
 * long the least important sections go first, never the verdict.
 */
export function evaluationSummary(
  evidence: Evaluation,
  verdict: Verdict,
  title: Title = {},
  { sections = [], limit = LIMIT }: { sections?: readonly Section[]; limit?: number } = {},
): string {
  // Half the limit for the head: a policy of hundreds of rules shows those first that aren't kept.
  const head = within(limit / 2, (rows) => headline(evidence, verdict, title, rows));
  return fit(
    head,
    [...notableSections(evidence, verdict, title), ...sections, ...foldedSections(evidence, verdict, title)],
    limit,
  );
}

/** The rules as a table and why any does not hold, under `limit` bytes: for where the verdict itself is said already. */
export function evaluationGrounds(evidence: Evaluation, verdict: Verdict, title: Title, limit: number): string {
  return within(limit, (rows) => grounds(evidence, verdict, title, rows));
}

function within(limit: number, render: (rows: number) => string): string {
  let rows = 100;
  let text = render(rows);
  while (bytes(text) > limit && rows > 1) {
    rows = Math.floor(rows / 2);
    text = render(rows);
  }
  return text;
}
