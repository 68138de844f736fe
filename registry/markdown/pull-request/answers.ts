import type { Status } from '../../verdict.ts';
import { fitLines } from '../budget.ts';
import { code, prose } from '../escape.ts';
import { MARKS } from '../evaluation/cells.ts';

/** What we say to a command. */
export interface Answer {
  /** The command as it was written. */
  asked: string;
  /** Login of who wrote it. */
  by: string;
  /** Finished sentences, plain text; with a verdict before those that state one. */
  lines: { mark: Status | null; sentence: string }[];
}

const MOST_LINES = 12;
/** Bytes that the lines of one answer take at most. */
const ROOM = 3_000;

/** The answers to commands, newest last. */
export function answersPart(answers: readonly Answer[]): string[] {
  if (answers.length === 0) return [];
  const each = answers.map(({ asked, by, lines }) => {
    const said = lines.map(({ mark, sentence }) => {
      const text = prose([...sentence].slice(0, 500).join(''));
      return `- ${mark === null ? 'ℹ️ ' : `${MARKS[mark]} `}${text}`;
    });
    return `${code(asked)}, asked by ${code(by)}:\n${fitLines(said, ROOM, MOST_LINES).join('\n')}`;
  });
  return [`#### Answers\n\n${each.join('\n\n')}`];
}
