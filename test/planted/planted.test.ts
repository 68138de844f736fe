import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { root } from '../contract/source.ts';
import { isRed } from './plant.ts';
import { allPlanted, plantedTable, readPlanted } from './planted.ts';

const planted = allPlanted();

/** What `git apply` says of a patch and the code as it stands. */
function fits(patch: string): string {
  try {
    execFileSync('git', ['apply', '--check', patch], { cwd: root, stdio: 'pipe', encoding: 'utf8' });
    return 'it does';
  } catch (error) {
    return String(error);
  }
}

describe('planted bugs', () => {
  it.each(planted.map(({ path }) => path))('%s fits the code', (path) => {
    expect(fits(path)).toBe('it does');
  });

  it('turn tests red that there are', () => {
    for (const { file, title } of planted.flatMap(({ red }) => red)) {
      // Titles of `it.each` are made of a row: a word of them has to do.
      const words = title.split(' ').filter((word) => /^\w{3,}$/.test(word));
      const text = readFileSync(root + file, 'utf8');
      expect([title, words.filter((word) => !text.includes(word))]).toEqual([title, []]);
    }
  });

  it('are listed in RELIABILITY.md', () => {
    expect(readFileSync(`${root}RELIABILITY.md`, 'utf8')).toContain(plantedTable(planted));
  });

  it('are read as they are written', () => {
    const head = 'bug: a/b#1\nthere: it fell\nhere: it falls\nred: test/a.test.ts S3 it stands, it does';
    const diff = '--- a/x.ts\n+++ b/x.ts\n@@ -1 +1 @@\n-1\n+2\n';
    expect(readPlanted('x.patch', `${head}\n\n${diff}`)).toEqual({
      path: 'x.patch',
      bug: 'a/b#1',
      there: 'it fell',
      here: 'it falls',
      red: [{ file: 'test/a.test.ts', title: 'S3 it stands, it does' }],
    });
    for (const [text, why] of [
      [head, /changes nothing/],
      [`${head.replace('red: test/a.test.ts', 'red: a.ts')}\n${diff}`, /names no file and test/],
      [`${head.replace('here: it falls\n', '')}\n${diff}`, /one line here: is needed/],
      [`${head}\nbug: a/b#2\n${diff}`, /one line bug: is needed/],
      [`${head}\nwho: me\n${diff}`, /what does this line say: who: me/],
    ] as const)
      expect(() => readPlanted('x.patch', text)).toThrow(why);
  });

  it('turn a test red only where it noticed something, not where it broke', () => {
    expect(isRed('AssertionError: expected 1 to be 2')).toBe(true);
    expect(isRed('Error: Property failed after 3 tests\n{ seed: 7 }')).toBe(true);
    for (const outcome of ['passed', 'skipped', 'TypeError: x is not a function', 'Error: Transform failed', undefined])
      expect(isRed(outcome)).toBe(false);
  });
});
