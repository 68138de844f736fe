import type { Evaluation } from '../evidence/evaluation.ts';
import type { Verdict } from '../verdict.ts';
import { bytes, fit, type Section } from './budget.ts';
import { foldedSections } from './evaluation/folded.ts';
import { headline, type Title } from './evaluation/headline.ts';
import { notableSections } from './evaluation/notable.ts';

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
  let rows = 100;
  let head = headline(evidence, verdict, title, rows);
  while (bytes(head) > limit / 2 && rows > 1) {
    rows = Math.floor(rows / 2);
    head = headline(evidence, verdict, title, rows);
  }
  return fit(head, [...notableSections(evidence, verdict), ...sections, ...foldedSections(evidence, verdict)], limit);
}
