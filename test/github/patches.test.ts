import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { newObjects, writeBlob } from './git.ts';
import { patchBetween } from './patches.ts';

const folder = mkdtempSync(join(tmpdir(), 'tiltyard-patches-'));
afterAll(() => rmSync(folder, { recursive: true }));
const git = (args: string[], input: string | Buffer = '') =>
  String(execFileSync('git', ['-C', folder, '-c', 'core.autocrlf=false', ...args], { input }));
git(['init', '--quiet', '.']);

/** The same numbers for the same seed. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
}

const objects = newObjects();
const patchOf = (before: string | Buffer, after: string | Buffer) =>
  patchBetween(objects, writeBlob(objects, before), writeBlob(objects, after));

/** The patch by git: its hunks, and how many lines came and went. */
function patchByGit(before: string | Buffer, after: string | Buffer) {
  const [a, b] = [before, after].map((text) =>
    git(['hash-object', '-w', '--no-filters', '--stdin'], Buffer.from(text)),
  );
  const diff = (option: string) =>
    git(['diff', '--minimal', '--no-color', '--no-ext-diff', option, String(a).trim(), String(b).trim()]);
  const whole = diff('--unified=3');
  const start = whole.search(/^@@/m);
  const [additions = '', deletions = ''] = diff('--numstat').split('\t');
  return {
    // A dash for files that are binary.
    additions: Number(additions) || 0,
    deletions: Number(deletions) || 0,
    text: start < 0 ? null : whole.slice(start, -1),
  };
}

/** What git makes of a file by a patch. */
function applied(before: string, patch: string): string {
  const file = join(folder, 'file');
  writeFileSync(file, before);
  git(['apply', '--whitespace=nowarn', '-'], `diff --git a/file b/file\n--- a/file\n+++ b/file\n${patch}\n`);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

const ENDS = ['\n', '\r\n'];
const WORDS = [
  '',
  '  ',
  'origin',
  '\tdistance',
  'é 数 🛫',
  '- a',
  '+ b',
  '@@ -1 +1 @@',
  'end\r',
  '\\ No newline',
  '\u2028',
];

/** Two versions of a text; `line` says what stands in the nth line that is made. */
function versions(seed: number, line: (n: number, random: (below: number) => number) => string): [string, string] {
  const random = randomOf(seed);
  let made = 0;
  const next = () => {
    made += 1;
    return `${line(made, random)}${ENDS[random(8) === 0 ? 1 : 0]}`;
  };
  const before = Array.from({ length: random(6) === 0 ? 0 : random(60) }, next);
  const after = before.flatMap((text) => {
    const dice = random(14);
    return dice === 0 ? [] : dice === 1 ? [next()] : dice === 2 ? [text, next(), next()] : [text];
  });
  if (random(8) === 0) after.length = 0;
  if (random(3) === 0) after.push(next());
  const ended = (lines: string[]) => (random(3) === 0 ? lines.join('').replace(/\r?\n$/, '') : lines.join(''));
  return [ended(before), ended(after)];
}

const seeds = Array.from({ length: 40 }, (_, i) => i + 1);

describe('a patch', () => {
  it.each(seeds)('is the one that git gives where no line is there twice: %i', (seed) => {
    const [before, after] = versions(seed, (n, random) => `${' '.repeat(random(3) * 2)}line ${n} ${'é'.repeat(n)}`);
    expect(patchOf(before, after)).toEqual(patchByGit(before, after));
  });

  it.each(seeds)('is as short as any where lines repeat, and git makes the new text by it: %i', (seed) => {
    const [before, after] = versions(seed + 1000, (_, random) => WORDS[random(WORDS.length)] ?? '');
    const { additions, deletions, text } = patchOf(before, after);
    const byGit = patchByGit(before, after);
    expect([additions, deletions]).toEqual([byGit.additions, byGit.deletions]);
    expect(text === null ? before : applied(before, text)).toBe(after);
    expect(text === null).toBe(before === after);
  });

  it('is of whole files where these have next to nothing in common, and applies none the less', () => {
    const random = randomOf(7);
    const [before = '', after = ''] = [13, 11].map((kinds) =>
      Array.from({ length: 6000 }, () => `${random(kinds)}\n`).join(''),
    );
    const { additions, deletions, text } = patchOf(before, after);
    expect([additions, deletions]).toEqual([6000, 6000]);
    expect(applied(before, text ?? '')).toBe(after);
  });

  it.each<[string, string | Buffer, string | Buffer]>([
    ['the same text', 'a\n', 'a\n'],
    ['nothing', '', ''],
    ['a binary file that came', '', Buffer.from([1, 0, 2])],
    ['a text that became binary', 'a\n', Buffer.from([1, 0, 2])],
    ['a zero byte far behind', 'a\n', `${'a'.repeat(8000)}\0\n`],
    [
      'bytes that are no text',
      Buffer.from([0x61, 0xff, 0x0a, 0x62, 0x0a]),
      Buffer.from([0x61, 0xfe, 0x0a, 0x62, 0x0a]),
    ],
    ['a newline that came', 'a\nb', 'a\nb\n'],
    ['a newline that went', 'a\nb\n', 'a\nb'],
    ['other ends of lines', 'a\nb\nc\n', 'a\r\nb\nc\r\n'],
    ['a target of a link', 'models/a.yaml', 'models/b.yaml'],
  ])('is the one that git gives: %s', (_, before, after) => {
    expect(patchOf(before, after)).toEqual(patchByGit(before, after));
  });

  it('of a file that came or went is of all its lines, and of an empty one there is none', () => {
    const sha = writeBlob(objects, 'a\nb');
    const lines = 'a\n+b\n\\ No newline at end of file';
    expect(patchBetween(objects, null, sha)).toEqual({
      additions: 2,
      deletions: 0,
      text: `@@ -0,0 +1,2 @@\n+${lines}`,
    });
    expect(patchBetween(objects, sha, null)).toEqual({
      additions: 0,
      deletions: 2,
      text: `@@ -1,2 +0,0 @@\n-${lines.replace('+', '-')}`,
    });
    expect(patchBetween(objects, null, writeBlob(objects, ''))).toEqual({ additions: 0, deletions: 0, text: null });
  });

  it('of a submodule names its commits', () => {
    const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
    const text = `@@ -1 +1 @@\n-Subproject commit ${a}\n+Subproject commit ${b}`;
    expect(patchBetween(objects, a, b)).toEqual({ additions: 1, deletions: 1, text });
  });

  it('is made once', () => {
    const [a, b] = [writeBlob(objects, 'a\n'), writeBlob(objects, 'b\n')];
    expect(patchBetween(objects, a, b)).toBe(patchBetween(objects, a, b));
    expect(patchBetween(newObjects(), a, b)).not.toBe(patchBetween(objects, a, b));
  });
});
