import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readPlainYaml } from '#registry/yaml/plain.ts';
import { readYaml } from '#registry/yaml/read.ts';
import { versionDocument } from '../../fixtures/version.ts';

/** What the strict reader makes of a text; null where it refuses it. */
function strictly(text: string): { value: unknown } | null {
  try {
    return { value: readYaml(text, 'a.yaml').value };
  } catch {
    return null;
  }
}

/** The one thing that matters: whatever the plain reader gives, the strict one gives too. */
function agrees(text: string): void {
  const plain = readPlainYaml(text);
  if (plain !== null) expect(plain, text).toEqual(strictly(text));
}

const manifest = stringify(versionDocument('1.4.0'), { aliasDuplicateObjects: false });

describe('readPlainYaml', () => {
  it('reads a manifest as it is written', () => {
    expect(readPlainYaml(manifest)).toEqual({ value: versionDocument('1.4.0') });
  });

  it.each([
    ['a: 1\nb: -0.5\nc: 1e-3\n', { a: 1, b: -0.5, c: 0.001 }],
    ['a: true\nb: false\nc: null\nd: {}\ne: []\n', { a: true, b: false, c: null, d: {}, e: [] }],
    ['a: "x\\n\\"y\\""\nb: "0"\nc: 1.4.0\nd: file:x/y\n', { a: 'x\n"y"', b: '0', c: '1.4.0', d: 'file:x/y' }],
    [
      'a:\n  - x\n  - b: 1\n    c: 2\n  - b: 3\nd: größer als 5 %\n'.replace(' 5 %', ' fünf'),
      { a: ['x', { b: 1, c: 2 }, { b: 3 }], d: 'größer als fünf' },
    ],
    [
      'a:\n  b:\n    c: x, y (z)\n  d: 2001-01-01T00:00:00.000Z\n',
      { a: { b: { c: 'x, y (z)' }, d: '2001-01-01T00:00:00.000Z' } },
    ],
    ['"a b": 1\npackage-lock.json: 2\n', { 'a b': 1, 'package-lock.json': 2 }],
  ])('reads %j', (text, value) => {
    expect(readPlainYaml(text)).toEqual({ value });
    agrees(text);
  });

  it.each([
    ['a comment', 'a: 1 # one\n'],
    ['a key that is there twice', 'a: 1\na: 2\n'],
    ['a key that is there twice, once quoted', 'a: 1\n"a": 2\n'],
    ['an anchor', 'a: &x 1\n'],
    ['an alias', 'a: *x\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a merge key', '<<: x\n'],
    ['a key that means something to JavaScript', '__proto__: 1\n'],
    ['the same, quoted', '"__proto__": 1\n'],
    ['a key that is no text', 'null: 1\n'],
    ['an odd number', 'a: 007\n'],
    ['infinity', 'a: .inf\n'],
    ['a whole number beyond JavaScript’s', 'a: 12345678901234567890\n'],
    ['a digest that is also a number', `a: ${'1'.repeat(60)}e123\n`],
    ['another spelling of true', 'a: True\n'],
    ['a scalar that goes on', 'a: x\n  y\n'],
    ['a quoted text that goes on', 'a: "x\n  y"\n'],
    ['a folded text', 'a: >-\n  x\n'],
    ['a list as wide as its key', 'a:\n- x\n'],
    ['a value that is missing', 'a:\nb: 1\n'],
    ['a value with a colon', 'a: b: c\n'],
    ['a value that ends in a colon', 'a: b:\n'],
    ['Windows line endings', 'a: 1\r\n'],
    ['a tab', 'a:\t1\n'],
    ['two documents', 'a: 1\n---\nb: 2\n'],
    ['a directive', '%YAML 1.1\n---\na: 1\n'],
    ['a scalar alone', 'x\n'],
    ['an end without a line', 'a: 1'],
    ['nothing', ''],
    ['an entry between two widths', 'a:\n    b: 1\n  c: 2\n'],
    ['a first line that is indented', '  a: 1\nb: 2\n'],
    ['a flow', 'a: { b: 1 }\n'],
    ['an invisible letter', 'a: x\u200by\n'],
  ])('leaves %s to the strict reader', (_, text) => {
    expect(readPlainYaml(text)).toBeNull();
  });

  it('agrees with the strict reader on every text that it reads, from written documents', () => {
    const scalar = fc.oneof(
      fc.string({ maxLength: 12 }),
      fc.string({ unit: 'binary', maxLength: 8 }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer(),
      fc.boolean(),
      fc.constant(null),
      fc.constantFrom('0x1f', '1e5', '.5', '-', '---', '~', 'yes', 'Null', '1.', '0o7', 'a: b', '# x', '- a', '1_000'),
    );
    const key = fc.oneof(fc.stringMatching(/^[a-z_.]{1,6}$/), fc.string({ maxLength: 6 }));
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        { maxDepth: 3 },
        scalar,
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(key, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(value, fc.constantFrom(0, 80), (document, lineWidth) => {
        agrees(stringify(document, { lineWidth, aliasDuplicateObjects: false }));
      }),
      { numRuns: 400 },
    );
  });

  it('agrees on texts of a few plain lines, nested in any way', () => {
    const parts = [
      'a: 1',
      'b: x',
      'a:',
      'c:',
      '- ',
      '- a',
      '- b: 2',
      '-',
      '  ',
      ' ',
      '\n',
      '\n',
      '\n  ',
      '\n    ',
      ': ',
      '"',
      '#',
      '{}',
      'x',
      '0',
      "'",
      'a: 1\n',
      '  b: 2\n',
      '  - x\n',
      '  - c: 3\n',
      '    d: 4\n',
      'e:\n',
    ];
    const part = fc.constantFrom(...parts);
    fc.assert(
      fc.property(fc.array(part, { maxLength: 14 }), (some) => agrees(`${some.join('')}\n`)),
      { numRuns: 10_000 },
    );
  });

  it('agrees on a manifest with any few of its bytes changed', () => {
    const piece = fc.oneof(
      fc.constantFrom(...'\n :-"#&*!|>%@`{}[],?~\t\r0 '),
      fc.string({ maxLength: 3 }),
      fc.constant(''),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(manifest.length), fc.nat(3), piece), { minLength: 1, maxLength: 3 }),
        (edits) => {
          let text = manifest;
          for (const [at, cut, put] of edits) text = text.slice(0, at) + put + text.slice(at + cut);
          agrees(text);
        },
      ),
      { numRuns: 150 },
    );
  });
});
