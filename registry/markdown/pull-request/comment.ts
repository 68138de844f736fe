import type { Evaluation } from '../../evidence/evaluation.ts';
import type { Verdict } from '../../verdict.ts';
import type { Section } from '../budget.ts';
import { code, codeBlock, prose } from '../escape.ts';
import { folded, MARKS } from '../evaluation/cells.ts';
import { evaluationSummary } from '../evaluation.ts';
import { type Marker, type Past, writeMarker } from './marker.ts';

/** GitHub's own limit is 65,536 bytes; the marker's line and what follows the summary need the rest. */
const SUMMARY_LIMIT = 52_000;
const MOST_PAST = 20;

/** What a comment says; the links are ours or GitHub's own, never out of somebody's text. */
export type Message = { model: string; head: string } & (
  | { kind: 'waiting'; started: string | null; url: string | null }
  | { kind: 'overdue'; minutes: number; url: string | null }
  | { kind: 'failed'; url: string; job: string; step: string | null; lines: string[] }
  | { kind: 'unreadable'; url: string | null; problem: string }
  | {
      kind: 'judged';
      url: string;
      evaluation: Evaluation;
      verdict: Verdict;
      claim: string | null;
      changes: string[];
      next: string;
      evidence: string;
    }
);

/** A comment on a pull request: what this head came to, and below it, folded, what earlier heads did. */
export function pullRequestComment(message: Message, past: readonly Past[]): string {
  const history = past.filter(({ head }) => head !== message.head).slice(-MOST_PAST);
  const marker: Marker = { model: message.model, head: message.head, line: lineOf(message), history };
  return writeMarker(marker) + [body(message), ...earlier(history)].join('\n\n');
}

/** One line for the history. */
function lineOf(message: Message): string | null {
  switch (message.kind) {
    case 'waiting':
      return null;
    case 'overdue':
      return 'no evidence came';
    case 'failed':
      return `the workflow failed at ${message.job}`.slice(0, 500);
    case 'unreadable':
      return 'the evidence could not be read';
    case 'judged':
      return `${MARKS[message.verdict.verdict]} ${message.verdict.sentence}`.slice(0, 500);
  }
}

function body(message: Message): string {
  const name = `**${prose(message.model)}**`;
  const at = `head ${code(message.head.slice(0, 7))}`;
  switch (message.kind) {
    case 'waiting': {
      const since =
        message.started === null ? 'waiting for the workflow to start' : `evaluating since ${message.started}`;
      return `⏳ ${name}: ${since} (${at}${link(', run', message.url)}).`;
    }
    case 'overdue':
      return `❔ ${name}: no evidence after ${message.minutes} minutes (${at}). ${message.url === null ? 'No run of the workflow was seen: look whether it is switched on and starts on pull requests.' : `Look at the ${link('run', message.url)}, and start it again if it hangs.`}`;
    case 'failed': {
      const where = `${code(message.job)}${message.step === null ? '' : `, step ${code(message.step)}`}`;
      const log = message.lines.length === 0 ? '' : `\n\n${codeBlock(message.lines.join('\n'))}`;
      return `❌ ${name}: the workflow failed at ${where}, so there is no evidence to judge (${at}${link(', run', message.url)}).${log}`;
    }
    case 'unreadable':
      return `❔ ${name}: ${prose(message.problem)} (${at}${link(', run', message.url)}).`;
    case 'judged':
      return judged(message);
  }
}

function judged(message: Extract<Message, { kind: 'judged' }>): string {
  const { changes, claim, evaluation, evidence, head, next, url, verdict } = message;
  const sections: Section[] = [];
  if (changes.length > 0) {
    sections.push({
      name: 'what changed',
      weight: 93,
      text: `#### What changed\n\n${changes.map((one) => `- ${one}`).join('\n')}`,
    });
  }
  const summary = evaluationSummary(evaluation, verdict, claim === null ? {} : { note: claim }, {
    sections,
    limit: SUMMARY_LIMIT,
  });
  const footer = `Head ${code(head.slice(0, 7))} · ${link('run', url)} · ${link('evidence', evidence)}`;
  return `${summary.trimEnd()}\n\n**Next:** ${next}\n\n${footer}`;
}

function earlier(history: readonly Past[]): string[] {
  if (history.length === 0) return [];
  const lines = [...history].reverse().map(({ head, line }) => `- ${code(head.slice(0, 7))}: ${prose(line)}`);
  return [folded('History', lines.join('\n'))];
}

/** A link whose address is one of GitHub's own, or just the text. */
function link(text: string, url: string | null): string {
  return url !== null && /^https:\/\/[\w.-]+(:\d+)?\/[\w./#?=&%-]*$/.test(url)
    ? `${text.startsWith(', ') ? `, [${text.slice(2)}](${url})` : `[${text}](${url})`}`
    : '';
}
