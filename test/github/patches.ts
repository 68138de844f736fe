import { diffArrays } from 'diff';
import type { Objects } from './git.ts';

/** What differs between two versions of a file, as git shows it. */
export interface Patch {
  additions: number;
  deletions: number;
  /** The hunks of a unified diff, without a newline at the end; null where there are no lines to show. */
  text: string | null;
}

/** A line with its newline, where it has one; as bytes, each of which is a character. */
interface Line {
  sign: ' ' | '-' | '+';
  text: string;
}

/** Unchanged lines that are shown around those that changed. */
const CONTEXT = 3;
/** Where more lines than these came and went, to find the fewest takes too long: all go, and all come. */
const MOST_EDITS = 2000;
/** Git looks so far for a zero byte, which no text has. */
const LOOKED_AT = 8000;

const known = new WeakMap<Objects, Map<string, Patch>>();

/** The patch from one blob to another, each null where there is no file; made once for each pair of an object store. */
export function patchBetween(objects: Objects, before: string | null, after: string | null): Patch {
  const patches = known.get(objects) ?? new Map<string, Patch>();
  known.set(objects, patches);
  const pair = `${before} ${after}`;
  const patch = patches.get(pair) ?? makePatch(bytesOf(objects, before), bytesOf(objects, after));
  patches.set(pair, patch);
  return patch;
}

/** What is no blob is a submodule's commit. */
function bytesOf(objects: Objects, sha: string | null): Buffer {
  if (sha === null) return Buffer.alloc(0);
  return objects.blobs.get(sha) ?? Buffer.from(`Subproject commit ${sha}\n`);
}

function makePatch(before: Buffer, after: Buffer): Patch {
  const isBinary = [before, after].some((bytes) => bytes.subarray(0, LOOKED_AT).includes(0));
  const lines = isBinary ? [] : linesBetween(split(before), split(after));
  const hunks = hunksOf(lines);
  const count = (sign: Line['sign']) => lines.filter((line) => line.sign === sign).length;
  return {
    additions: count('+'),
    deletions: count('-'),
    text: hunks.length === 0 ? null : Buffer.from(hunks.join('').slice(0, -1), 'latin1').toString(),
  };
}

/** A file's lines; nothing but a newline ends one. */
const split = (bytes: Buffer): string[] => bytes.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];

/** All lines of both versions. Of what changed in one place, first those that went. */
function linesBetween(before: string[], after: string[]): Line[] {
  const changes = diffArrays(before, after, { maxEditLength: MOST_EDITS }) ?? [
    { removed: true, added: false, value: before },
    { removed: false, added: true, value: after },
  ];
  const lines: Line[][] = [];
  let came: Line[][] = [];
  for (const { added, removed, value } of changes) {
    const signed = value.map((text): Line => ({ sign: added ? '+' : removed ? '-' : ' ', text }));
    if (added) came.push(signed);
    else if (removed) lines.push(signed);
    else {
      lines.push(...came, signed);
      came = [];
    }
  }
  return [...lines, ...came].flat();
}

function hunksOf(lines: readonly Line[]): string[] {
  const ranges: { start: number; end: number }[] = [];
  for (const [i, { sign }] of lines.entries()) {
    if (sign === ' ') continue;
    const last = ranges.at(-1);
    // As near as this, the lines around both would touch.
    if (last !== undefined && i - last.end <= 2 * CONTEXT) last.end = i + 1;
    else ranges.push({ start: i, end: i + 1 });
  }
  let [done, old, now, heading] = [0, 1, 1, ''];
  return ranges.map(({ end, start }) => {
    const from = Math.max(0, start - CONTEXT);
    for (const { sign, text } of lines.slice(done, from)) {
      old += sign === '+' ? 0 : 1;
      now += sign === '-' ? 0 : 1;
      if (sign !== '+' && /^[A-Za-z_$]/.test(text)) heading = text;
    }
    done = from;
    const shown = lines.slice(from, end + CONTEXT);
    const range = (first: number, without: Line['sign']) => {
      const count = shown.filter(({ sign }) => sign !== without).length;
      return `${count === 0 ? first - 1 : first}${count === 1 ? '' : `,${count}`}`;
    };
    const body = shown.map(({ sign, text }) =>
      text.endsWith('\n') ? `${sign}${text}` : `${sign}${text}\n\\ No newline at end of file\n`,
    );
    return `@@ -${range(old, '+')} +${range(now, '-')} @@${headed(heading)}\n${body.join('')}`;
  });
}

/** After the numbers git shows the nearest line above that looks like the beginning of something, 80 bytes of it. */
function headed(line: string): string {
  const shown = line.slice(0, 80).replace(/[ \t\n\r]+$/, '');
  return shown === '' ? '' : ` ${shown}`;
}
