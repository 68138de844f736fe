import type { Evaluation } from '../../evidence/evaluation.ts';
import type { Verdict } from '../../verdict.ts';
import { bytes, type Section } from '../budget.ts';
import { code, codeBlock, prose } from '../escape.ts';
import { folded, MARKS } from '../evaluation/cells.ts';
import { evaluationSummary } from '../evaluation.ts';
import { type Answer, answersPart } from './answers.ts';
import { keptPast, type Marker, markerLine, type Past, writeMarker } from './marker.ts';
import { type Proposal, proposalPart } from './proposal.ts';
import { type RegistryReport, registryDetails, registryOutcome, registrySentence } from './registry-report.ts';

/** GitHub's own limit is 65,536 bytes. */
const LIMIT = 65_000;
const LONGEST_LOG_LINE = 300;

/** What a comment says; the addresses are ours or GitHub's own, never out of somebody's text. */
export interface Message {
  model: string;
  head: string;
  /** When GitHub last saw the pull request change. */
  read: string;
  /** Null where only the registry changes. */
  evaluation: EvaluationMessage | null;
  registry: RegistryReport | null;
  answers: Answer[];
}

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
      changes: string[];
      next: string;
      evidence: string;
      /** Where files of the commit are shown whose lines findings speak of, to be followed by a path. */
      files: string;
      /** The line of the policy that decides. */
      line: number | null;
      proposal: Proposal | null;
    };

/** A comment on a pull request: what this head came to, and below it, folded, what earlier heads did. */
export function pullRequestComment(message: Message, past: readonly Past[]): string {
  const { answers, evaluation, head, model, read, registry } = message;
  const history = keptPast(past.filter((one) => one.head !== head));
  const marker: Marker = { model, head, line: lineOf(message), read, history };
  const around = [
    ...(registry === null ? [] : [registryPart(message, registry)]),
    ...answersPart(answers),
    ...earlier(history),
  ];
  const first = writeMarker(marker);
  const rest = around.join('\n\n');
  const said = evaluation === null ? [] : [body(message, evaluation, LIMIT - bytes(first) - bytes(rest) - 10)];
  return first + [...said, ...around].join('\n\n');
}

/** One line for the history; null while it is not known. */
function lineOf({ evaluation, registry }: Message): string | null {
  const line = evaluation === null ? null : evaluationLine(evaluation);
  if (line !== null || registry === null) return line === null ? null : markerLine(line);
  return evaluation === null ? markerLine(`${MARKS[registryOutcome(registry)]} ${registrySentence(registry)}`) : null;
}

function evaluationLine(message: EvaluationMessage): string | null {
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
      return 'the evidence could not be read';
    case 'removed':
      return 'the model was removed';
    case 'untouched':
      return null;
    case 'judged':
      return `${MARKS[message.verdict.verdict]} ${message.verdict.sentence}`;
  }
}

function body({ head, model }: Message, message: EvaluationMessage, limit: number): string {
  const name = `**${prose(model)}**`;
  const at = `head ${code(head.slice(0, 7))}`;
  switch (message.kind) {
    case 'waiting': {
      const since =
        message.started === null ? 'waiting for the workflow to start' : `evaluating since ${message.started}`;
      return `⏳ ${name}: ${since} (${at}${run(message.url)}).`;
    }
    case 'overdue': {
      const what =
        message.url === null
          ? 'No run of the workflow was seen: look whether it is switched on and starts on pull requests.'
          : `Look at the ${link('run', message.url)}, and start it again if it hangs.`;
      return `⚠️ ${name}: no evidence after ${message.minutes} minutes (${at}). ${what}`;
    }
    case 'failed': {
      const step = message.step === null ? '' : ` (step ${code(message.step)})`;
      const lines = message.lines.slice(-20).map((line) => [...line].slice(0, LONGEST_LOG_LINE).join(''));
      const log = lines.length === 0 ? '' : `\n\n${codeBlock(lines.join('\n'))}`;
      return `❌ ${name}: ${prose(message.why)}${step}, so there is no evidence to judge (${at}${run(message.url)}).${log}`;
    }
    case 'broken':
      return `❌ ${name}: its model.yaml can’t be read, so there is nothing to judge by (${at}).\n\n${codeBlock(message.problem.slice(0, 4000))}`;
    case 'unreadable':
      return `⚠️ ${name}: ${prose(message.problem)} (${at}${run(message.url)}).`;
    case 'removed':
      return `⚠️ ${name} is gone from ${at}, and with it the policy that it was judged by: a person decides.`;
    case 'untouched':
      return `${name} is not changed any more by ${at}.`;
    case 'judged':
      return judged(model, head, message, limit);
  }
}

function judged(
  model: string,
  head: string,
  message: Extract<EvaluationMessage, { kind: 'judged' }>,
  limit: number,
): string {
  const { changes, claim, evaluation, evidence, files, line, next, proposal, url, verdict } = message;
  const sections: Section[] = [];
  if (proposal !== null) sections.push(proposalPart(proposal));
  if (changes.length > 0) {
    const text = `#### What changed\n\n${changes.map((one) => `- ${one}`).join('\n')}`;
    sections.push({ name: 'what changed', weight: 93, text });
  }
  const policy = `${files}models/${model}/model.yaml${line === null ? '' : `#L${line}`}`;
  const links = [link('run', url), link('evidence', evidence), link('policy', policy)].filter((one) => one !== '');
  // Above all that is folded, where a reader in a hurry still looks; it is the last to be left out.
  const step = `**Next:** ${next}\n\n${[`Head ${code(head.slice(0, 7))}`, ...links].join(' · ')}`;
  sections.push({ name: 'the next step', weight: 1000, text: step });
  const banner = claim === null ? '' : `> [!WARNING]\n> ${prose(claim)}\n\n`;
  const title = ADDRESS.test(files) ? { files } : {};
  const summary = evaluationSummary(evaluation, verdict, title, { sections, limit: limit - bytes(banner) });
  return `${banner}${summary.trimEnd()}`;
}

function registryPart({ evaluation, head, model }: Message, report: RegistryReport): string {
  const mark = MARKS[registryOutcome(report)];
  const details = registryDetails(report);
  const name = evaluation === null ? `${mark} **${prose(model)}**` : `${mark} **Registry**`;
  const sentence = prose(registrySentence(report));
  return `${name} (head ${code(head.slice(0, 7))}): ${sentence}${details === '' ? '' : `\n\n${details}`}`;
}

function earlier(history: readonly Past[]): string[] {
  if (history.length === 0) return [];
  const lines = history.toReversed().map(({ head, line }) => `- ${code(head.slice(0, 7))}: ${marked(line)}`);
  return [folded('History', lines.join('\n'))];
}

/** A line of the history, whose mark is ours. */
function marked(line: string): string {
  const mark = Object.values(MARKS).find((one) => line.startsWith(`${one} `));
  return mark === undefined ? prose(line) : `${mark} ${prose(line.slice(mark.length))}`;
}

const run = (url: string | null) => (link('run', url) === '' ? '' : `, ${link('run', url)}`);

/** GitHub's own addresses have nothing else in them. */
const ADDRESS = /^https?:\/\/[\w.-]+(:\d+)?\/[\w./#?=&%-]*$/;

/** A link whose address is one of GitHub's own, or nothing. */
function link(text: string, url: string | null): string {
  return url !== null && ADDRESS.test(url) ? `[${text}](${url})` : '';
}
