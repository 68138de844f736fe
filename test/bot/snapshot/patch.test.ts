import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { patched } from '../../../bot/snapshot/patch.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'tiltyard-patch-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

/** The hunks that real git makes of two texts, as GitHub shows them: without the lines that name the files. */
function hunksOf(cwd: string, before: string, after: string): string {
  writeFileSync(join(cwd, 'a'), before);
  writeFileSync(join(cwd, 'b'), after);
  const args = ['-c', 'core.autocrlf=false', 'diff', '--no-index', '--text', '--unified=3', '--no-color', 'a', 'b'];
  try {
    return execFileSync('git', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    // It ends with 1 where they differ.
    const text = error instanceof Error && 'stdout' in error ? String(error.stdout) : '';
    return text.slice(text.indexOf('\n@@') + 1).replace(/\n$/, '');
  }
}

/** Few different lines, so that many are the same; ends of lines of all kinds, and none at the end. */
const Text = fc
  .array(
    fc.constantFrom('a', 'b', '', '- c', '+ d', '@@ -1 +1 @@', '\\ No newline at end of file', 'é🙂', 'e\r', ' '),
    {
      maxLength: 30,
    },
  )
  .chain((lines) => fc.constantFrom('', '\n').map((end) => lines.join('\n') + end));

describe('a patch', () => {
  it('makes of a text what git made the patch of', () => {
    const cwd = folder();
    fc.assert(
      fc.property(Text, Text, (before, after) => {
        fc.pre(before !== after);
        expect(patched(before, hunksOf(cwd, before, after))).toBe(after);
      }),
      { numRuns: 150, seed: 4 },
    );
  });

  it('of several hunks far apart is one too', () => {
    const before = Array.from({ length: 400 }, (_, i) => `line ${i}\n`).join('');
    const after = before
      .replace('line 7\n', '')
      .replace('line 200\n', 'other\nand more\n')
      .replace('line 399\n', 'end');
    const hunks = hunksOf(folder(), before, after);
    expect(hunks.match(/^@@/gm)).toHaveLength(3);
    expect(patched(before, hunks)).toBe(after);
  });

  const text = 'one\ntwo\nthree\n';
  it.each([
    ['of another text', '@@ -1,3 +1,3 @@\n one\n-2\n+zwei\n three'],
    ['of another place', '@@ -2,3 +2,3 @@\n one\n-two\n+zwei\n three'],
    ['that begins behind the end', '@@ -9,0 +10 @@\n+ten'],
    ['that goes back', '@@ -2 +2 @@\n-two\n+zwei\n@@ -1 +1 @@\n-one\n+eins'],
    ['that was cut off', '@@ -1,3 +1,3 @@\n one\n-two'],
    ['that counts wrong', '@@ -1,2 +1,1 @@\n one\n-two\n+zwei'],
    ['that counts without end', '@@ -1,99999999999 +1,99999999999 @@\n one'],
    ['that is none', 'Binary files differ'],
    ['that goes on behind its end', '@@ -1 +1 @@\n-one\n+eins\nand more'],
    ['whose line has another end', '@@ -3 +3 @@\n-three\n\\ No newline at end of file\n+drei'],
    ['of a submodule', '@@ -0,0 +1 @@\n*Subproject commit 0'],
  ])('%s is none', (_, patch) => {
    expect(patched(text, patch)).toBeNull();
  });

  it('that changes nothing leaves all as it is', () => {
    expect(patched(text, '@@ -1,3 +1,3 @@\n one\n two\n three')).toBe(text);
  });
});
