import { fit } from '../budget.ts';
import { inert, prose } from '../escape.ts';

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

/** A check's summary: each part with its details, the first ones where there is no room for all. */
export function checkSummary(parts: readonly CheckPart[], nothing: string): string {
  if (parts.length === 0) return nothing;
  const sections = parts.map(({ details, title }, index) => ({
    name: `part ${index + 1}`,
    text: [`**${prose(title)}**`, ...(details === '' ? [] : [details])].join('\n\n'),
    weight: -index,
  }));
  return fit('The comment on the pull request says more.', sections, SUMMARY_LIMIT).trimEnd();
}

/** What an annotation says: plain text. */
export function annotationMessage(text: string): string {
  return shortened(inert(text).trim(), LONGEST_MESSAGE);
}

function shortened(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : text;
}
