import { z } from 'zod';

/** What an earlier head came to, in a line. */
const Past = z.strictObject({ head: z.string().regex(/^[0-9a-f]{40}$/), line: z.string().max(500) });
export type Past = z.infer<typeof Past>;

/**
 * What a comment of ours keeps about itself, hidden in its first line. People with write access can edit it, so it only
 * ever says what is shown; nothing is decided by it.
 */
const Marker = z.strictObject({
  model: z.string().max(100),
  head: z.string().regex(/^[0-9a-f]{40}$/),
  /** What this head came to, for the history of the next one; null while it is not known. */
  line: z.string().max(500).nullable(),
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
