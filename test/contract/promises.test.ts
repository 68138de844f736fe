import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { repositoryFiles, root } from './source.ts';

/** Numbers of the promises in RELIABILITY.md's table. */
function listed(document: string): string[] {
  return [...document.matchAll(/^\| ((?:S|L)\d+) \|/gm)].map(([, number]) => number).sort();
}

/** Numbers that titles of tests begin with, also those of `it.each([…])('…')`. */
function tested(tests: readonly { text: string }[]): string[] {
  const titles = tests.flatMap(({ text }) => [
    ...text.matchAll(/(?:\b(?:it|test|describe)|\]\))\(\s*['"`]([SL]\d+)\b/g),
  ]);
  return [...new Set(titles.map(([, number]) => number))].sort();
}

describe('RELIABILITY.md', () => {
  const tests = repositoryFiles().filter(
    ({ path }) => path.endsWith('.test.ts') && path !== 'test/contract/promises.test.ts',
  );

  it('lists exactly the promises that have tests of their name', () => {
    expect(listed(readFileSync(`${root}RELIABILITY.md`, 'utf8'))).toEqual(tested(tests));
  });

  it('is read as it is written', () => {
    expect(listed('| | Promise |\n| S4 | a |\n| L1 | b |\nS5')).toEqual(['L1', 'S4']);
    const texts = [
      "it('S4 empty', () => {})",
      'describe("S5: worse", f)',
      "it.each([[1, 2]])('S16 %s', f)",
      "it('is S6', f)",
      "log('S7 a')",
    ];
    expect(tested(texts.map((text) => ({ text })))).toEqual(['S16', 'S4', 'S5']);
  });
});
