import { fit } from '../budget.ts';
import { inert, prose } from '../escape.ts';
import { type Answer, answersPart } from './answers.ts';

/** GitHub's limits are 65,535 bytes for a summary, 50 annotations a request, and 64 KB for an annotation's message. */
const SUMMARY_LIMIT = 60_000;
export const MOST_ANNOTATIONS = 50;
const LONGEST_TITLE = 200;
const LONGEST_MESSAGE = 2_000;

/** One thing that a check sums up. */
export interface CheckPart {
  /** One finished sentence, plain text. */
  title: string;
  /** Markdown. */
  details: string;
}

/** A check's title: plain text on one line. */
export function checkTitle(text: string): string {
  return shortened(inert(text).trim(), LONGEST_TITLE);
}

/**
 * A check's summary: the details of each part under its title, the first ones where there is no room for all. Of a single
 * part the check's own title says the rest, where it has room. Below them the answers to commands.
 * @param nothing What is said where there is no part.
 */
export function checkSummary(parts: readonly CheckPart[], nothing: string, answers: readonly Answer[] = []): string {
  const named = ({ details, title }: CheckPart) =>
    [`**${prose(title)}**`, ...(details === '' ? [] : [details])].join('\n\n');
  const [only] = parts;
  const isTold = parts.length === 1 && only?.details !== '' && checkTitle(only.title) === only.title;
  const texts = parts.length === 0 ? [nothing] : isTold ? [only.details] : parts.map(named);
  const sections = texts.map((text, index) => ({ name: `part ${index + 1}`, text, weight: -index }));
  // Of less weight than the gravest part alone.
  const answered = answersPart(answers).map((text) => ({ name: 'answers', text, weight: -0.5 }));
  return fit('', [...sections, ...answered], SUMMARY_LIMIT).trim();
}

/** What an annotation says: plain text. */
export function annotationMessage(text: string): string {
  return shortened(inert(text).trim(), LONGEST_MESSAGE);
}

function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}
