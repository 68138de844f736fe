import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { code, codeBlock, prose } from '#registry/markdown/escape.ts';
import { bare } from './bare.ts';

describe('S15 code', () => {
  it.each([
    ['ORD', '`ORD`'],
    ['@bob', '`@bob`'],
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['a ``` b', '````a ``` b````'],
    [' x ', '`  x  `'],
    ['', '*(empty)*'],
    ['\n', '*(blank)*'],
    ['a\nb', '`a b`'],
    ['a|b', '`a¦b`'],
    ['\u202Eabc', '`\uFFFDabc`'],
    ['x'.repeat(300), `\`${'x'.repeat(199)}…\``],
  ])('%j becomes %j', (text, expected) => {
    expect(code(text)).toBe(expected);
  });

  it('leaves nothing outside of the span', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('`', '\\', 'a', '@', ' ', '|', '\n', '<'), maxLength: 20 }),
        (text) => {
          expect(bare(code(text))).toMatch(/^(\*\((empty|blank)\)\*)?$/);
        },
      ),
    );
  });
});

describe('S15 prose', () => {
  it.each([
    [
      'roc_auc fell by −0.012 (95 % interval 0.004 to 0.020); p < 0.001.',
      'roc_auc fell by −0.012 (95 % interval 0.004 to 0.020); p &lt; 0.001.',
    ],
    ['Ask @bob now', 'Ask `@bob` now'],
    ['see https://evil.example', 'see `https://evil.example`'],
    ['www.evil.example', '`www.evil.example`'],
    ['<b>', '&lt;b&gt;'],
    ['_em_ and roc_auc', '`_em_` and roc_auc'],
    ['a\n\n# b', 'a `#` b'],
    ['1,486,127 rows of 1486127', '1,486,127 rows of 1486127'],
    ['commit 0123456789abcdef0123', 'commit `0123456789abcdef0123`'],
    ['models/flight-delay/model.yaml:23', 'models/flight-delay/model.yaml:23'],
    ['“a|b” &amp;', '`“a¦b”` &amp;amp;'],
  ])('%j becomes %j', (text, expected) => {
    expect(prose(text)).toBe(expected);
  });
});

describe('codeBlock', () => {
  it('has a fence longer than any run of backticks inside', () => {
    expect(codeBlock('a\n````\nb')).toBe('`````\na\n````\nb\n`````');
  });
});
