import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { digestOfSources, readFigures, reliabilityFile, renderFigures, withFigures } from './figures.ts';
import type { ProofPart } from './part.ts';
import { parts } from './parts.ts';

const figures = readFigures();

describe('the figures in RELIABILITY.md', () => {
  it('are of the code as it is now', () => {
    const stale = parts.filter(
      ({ name, sources }) => figures[name] !== undefined && figures[name].sources !== digestOfSources(sources),
    );
    expect(stale.map(({ name }) => `run npm run proof -- ${name}: its code changed`)).toEqual([]);
  });

  it('are those that test/proof/figures.json keeps, in full size', () => {
    expect(Object.keys(figures).filter((name) => parts.every((part) => part.name !== name))).toEqual([]);
    const document = readFileSync(reliabilityFile, 'utf8');
    for (const part of parts) {
      expect(withFigures(document, part.name, renderFigures(part, figures[part.name]))).toBe(document);
      expect(figures[part.name]?.draws ?? part.draws.full).toBe(part.draws.full);
    }
  });
});

describe('the digest of sources', () => {
  const files = [
    { path: 'a/one.ts', text: 'export const one = 1; // first\n' },
    { path: 'a/two.ts', text: "export const two = 'two';\n" },
    { path: 'b/three.ts', text: 'export const three = 3;\n' },
  ];
  const withText = (path: string, text: string) => files.map((file) => (file.path === path ? { path, text } : file));
  const digest = digestOfSources(['a'], files);

  it('changes with code, strings, names of files and new files', () => {
    expect(digestOfSources(['a'], withText('a/one.ts', 'export const one = 2;'))).not.toBe(digest);
    expect(digestOfSources(['a'], withText('a/two.ts', "export const two = '2';"))).not.toBe(digest);
    expect(digestOfSources(['a'], [...files, { path: 'a/new.ts', text: '' }])).not.toBe(digest);
    expect(digestOfSources(['a', 'b'], files)).not.toBe(digest);
  });

  it('stays with comments, line breaks, order, tests and other folders', () => {
    expect(digestOfSources(['a'], [...files, { path: 'a/one.test.ts', text: 'it()' }])).toBe(digest);
    expect(digestOfSources(['a'], withText('a/one.ts', '/** The first. */\nexport const one =\n  1;\n'))).toBe(digest);
    expect(digestOfSources(['a'], files.toReversed())).toBe(digest);
    expect(digestOfSources(['a'], withText('b/three.ts', 'export const three = 4;'))).toBe(digest);
  });

  it('is refused for a folder that is not there', () => {
    expect(() => digestOfSources(['c'], files)).toThrow('c holds no source');
  });
});

describe('a section of RELIABILITY.md', () => {
  const part: ProofPart = {
    name: 'p',
    claim: 'Dice are fair.',
    draws: { full: 6000, sample: 60 },
    seed: 1,
    sources: [],
    cases: [],
    run: () => [],
  };
  const section = renderFigures(part, {
    draws: 6000,
    seed: 1,
    sources: '0'.repeat(64),
    commit: 'abc',
    rows: [{ face: 'six', share: 0.166 }],
  });
  const document = 'Before\n<!-- proof p: written by npm run proof -->\nold\n<!-- end of p -->\nAfter\n';

  it('holds the claim, the table, size, seed and commit', () => {
    expect(section).toBe(
      'Dice are fair.\n\n| face | share |\n| :--- | ----: |\n| six  | 0.166 |\n\n6,000 draws a case, seed 1, commit abc; again by `npm run proof -- p`.',
    );
  });

  it('replaces what stands between its markers and nothing else', () => {
    const written = withFigures(document, 'p', section);
    expect(written).toContain(
      `Before\n<!-- proof p: written by npm run proof -->\n\n${section}\n\n<!-- end of p -->\nAfter\n`,
    );
    expect(withFigures(written, 'p', section)).toBe(written);
    expect(() => withFigures(document, 'q', section)).toThrow('lacks the markers');
  });
});
