import { z } from 'zod';
import { bytes } from '../budget.ts';

const Commit = z.string().regex(/^[0-9a-f]{40}$/);
/** Longest line kept of a head, in UTF-16 units. */
const LINE = 240;
const Line = z.string().max(LINE);

/** What an earlier head came to, in a line. */
const Past = z.strictObject({ head: Commit, line: Line });
export type Past = z.infer<typeof Past>;

/**
 * What a comment of ours keeps about itself, hidden in its first line. People with write access can edit it, so it only
 * ever says what is shown; nothing is decided by it.
 */
const Marker = z.strictObject({
  model: z.string().max(100),
  head: Commit,
  /** What this head came to, for the history of the next one; null while it is not known. */
  line: Line.nullable(),
  /** When GitHub last saw the pull request change, by what was read to write this: what was read earlier is older. */
  read: z.iso.datetime(),
  /** Oldest first. */
  history: z.array(Past).max(50),
});
export type Marker = z.infer<typeof Marker>;

const FIRST_LINE = /^<!-- tiltyard:1 ([A-Za-z0-9_-]{1,60000}) -->\r?\n/;

export function writeMarker(marker: Marker): string {
  return `<!-- tiltyard:1 ${Buffer.from(JSON.stringify(marker)).toString('base64url')} -->\n`;
}

/** The marker of a comment; null where it has none that can be read. */
export function readMarker(body: string): Marker | null {
  const encoded = FIRST_LINE.exec(body)?.[1];
  if (encoded === undefined) return null;
  try {
    const parsed = Marker.safeParse(JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8')));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
}

/** A line as short as a marker keeps it. */
export function markerLine(text: string): string {
  let line = '';
  for (const character of text) {
    if (line.length + character.length >= LINE) return `${line}…`;
    line += character;
  }
  return line;
}

/** What is kept of earlier heads: the last of them, as many as a comment has room for beside what it says. */
export function keptPast(past: readonly Past[]): Past[] {
  const kept: Past[] = [];
  let room = 5_000;
  for (const one of past.toReversed().slice(0, 20)) {
    room -= bytes(JSON.stringify(one));
    if (room < 0) break;
    kept.unshift(one);
  }
  return kept;
}
