import type { Evaluation } from '../../evidence/evaluation.ts';
import type { Verdict } from '../../verdict.ts';
import { bytes } from '../budget.ts';
import { codeBlock } from '../escape.ts';
import { MARKS } from '../evaluation/cells.ts';
import type { Title } from '../evaluation/title.ts';
import { isAddress, link } from './link.ts';
import type { Proposal } from './proposal.ts';

const LONGEST_LOG_LINE = 300;
/** Bytes. */
const LONGEST_LOG = 12_000;

export const NO_RUN =
  'No run of the workflow was seen: look whether it is switched on, starts on pull requests, and can start: where a branch conflicts with its base, GitHub starts none.';

/** What a comment or a check says of the evaluation of a model on one head. */
export type EvaluationMessage =
  | { kind: 'waiting'; started: string | null; url: string | null }
  | { kind: 'overdue'; minutes: number; url: string | null }
  | { kind: 'failed'; url: string; why: string; step: string | null; lines: string[] }
  | { kind: 'broken'; problem: string }
  | { kind: 'unreadable'; url: string; problem: string }
  | { kind: 'removed' }
  /** An earlier head changed the model; this one does not. */
  | { kind: 'untouched' }
  | {
      kind: 'judged';
      url: string;
      evaluation: Evaluation;
      verdict: Verdict;
      /** Why the numbers inform and decide nothing; null where they do. */
      claim: string | null;
      /** Lines of Markdown. */
      changes: string[];
      /** Markdown. */
      next: string;
      evidence: string;
      /** Where files of the commit are shown whose lines findings speak of, to be followed by a path. */
      files: string;
      /** The line of the policy that decides. */
      line: number | null;
      proposal: Proposal | null;
    };

export type JudgedMessage = Extract<EvaluationMessage, { kind: 'judged' }>;

/** What is kept of it in the history, in a line; null while it is not known. */
export function evaluationLine(message: EvaluationMessage): string | null {
  switch (message.kind) {
    case 'waiting':
      return null;
    case 'overdue':
      return 'no evidence came';
    case 'failed':
      return message.why;
    case 'broken':
      return 'its model.yaml could not be read';
    case 'unreadable':
      return 'no evidence that could be read';
    case 'removed':
      return 'the model was removed';
    case 'untouched':
      return null;
    case 'judged':
      return `${MARKS[message.verdict.verdict]} ${message.verdict.sentence}`;
  }
}

/** Links to the run, the evidence, and the line where the rules that decide begin. */
export function linksOf(
  model: string,
  { evidence, files, line, url }: Pick<JudgedMessage, 'evidence' | 'files' | 'line' | 'url'>,
): string[] {
  const policy = `${files}models/${model}/model.yaml${line === null ? '' : `#L${line}`}`;
  return [link('run', url), link('evidence', evidence), link('policy', policy)].filter((one) => one !== '');
}

/** What the numbers do not know of themselves: where the rules and the evidence are. */
export function titleOf({ evidence, files }: { evidence: string; files: string }): Title {
  return { ...(isAddress(files) ? { files } : {}), ...(isAddress(evidence) ? { evidence } : {}) };
}

/** The last lines of a log as a block of code, or nothing. */
export function lastLines(log: readonly string[]): string {
  const lines = log.slice(-20).map((line) => [...line].slice(0, LONGEST_LOG_LINE).join(''));
  while (bytes(lines.join('\n')) > LONGEST_LOG) lines.shift();
  return lines.length === 0 ? '' : codeBlock(lines.join('\n'));
}
