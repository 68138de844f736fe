import { bytes, fitLines } from '../budget.ts';
import { code, prose } from '../escape.ts';
import { folded, MARKS } from '../evaluation/cells.ts';
import { type Answer, answersPart } from './answers.ts';
import { evaluationBody } from './evaluation-body.ts';
import { type EvaluationMessage, evaluationLine } from './evaluation-message.ts';
import { keptPast, type Marker, markerLine, type Past, writeMarker } from './marker.ts';
import { type RegistryReport, registryDetails, registryOutcome, registrySentence } from './registry-report.ts';

/** GitHub's own limit is 65,536 bytes. */
const LIMIT = 65_000;
/** Bytes. */
const LONGEST_HISTORY = 6_000;

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
  const said =
    evaluation === null ? [] : [evaluationBody(message, evaluation, LIMIT - bytes(first) - bytes(rest) - 10)];
  return first + [...said, ...around].join('\n\n');
}

/** One line for the history; null while it is not known. */
function lineOf({ evaluation, registry }: Message): string | null {
  const line = evaluation === null ? null : evaluationLine(evaluation);
  if (line !== null || registry === null) return line === null ? null : markerLine(line);
  return evaluation === null ? markerLine(`${MARKS[registryOutcome(registry)]} ${registrySentence(registry)}`) : null;
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
  return [folded('History', fitLines(lines, LONGEST_HISTORY).join('\n'))];
}

/** A line of the history, whose mark is ours. */
function marked(line: string): string {
  const mark = Object.values(MARKS).find((one) => line.startsWith(`${one} `));
  return mark === undefined ? prose(line) : `${mark} ${prose(line.slice(mark.length))}`;
}
