import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** What is longer is cut: a program may write for ever without an end of line. */
const LONGEST = 10_000;

/**
 * A line that a program says, as it may stand in a terminal and in the log of a workflow: nothing that moves the cursor,
 * and nothing that GitHub's runner takes for a command (`::…` at its beginning, `##[…]` anywhere).
 */
export function harmless(line: string): string {
  const plain = stripVTControlCharacters(line).replace(/\p{Cc}/gu, ' ');
  return plain.replaceAll('##[', '## [').replace(/^\s*::/, (start) => start.replace('::', ': :'));
}

/** Hears the lines of what a program says, which ends them with \n, \r\n or (a progress bar) \r. */
export async function eachLine(stream: NodeJS.ReadableStream, hear: (line: string) => void): Promise<void> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let cut = false;
  const end = (line: string) => {
    if (!cut) hear(line);
    cut = false;
  };
  const take = (text: string) => {
    const lines = (rest + text).split(/\r?\n|\r(?!\n|$)/);
    rest = lines.pop() ?? '';
    for (const line of lines) end(line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line);
    if (rest.length <= LONGEST) return;
    end(`${rest.slice(0, LONGEST)}…`);
    // The remainder of that line is not kept.
    cut = true;
    rest = '';
  };
  try {
    for await (const chunk of stream) take(typeof chunk === 'string' ? chunk : decoder.write(chunk));
  } catch {
    // The pipe of a program that was ended breaks off.
  }
  take(decoder.end());
  if (rest !== '') end(rest.replace(/\r$/, ''));
}
