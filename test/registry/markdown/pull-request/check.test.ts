import { describe, expect, it } from 'vitest';
import { bytes } from '#registry/markdown/budget.ts';
import { annotationMessage, checkSummary, checkTitle } from '#registry/markdown/pull-request/check.ts';

describe('a check', () => {
  it('has a title of one line of plain text', () => {
    expect(checkTitle('flight-delay passes: p < 0.001, 3 > 2.\n')).toBe('flight-delay passes: p < 0.001, 3 > 2.');
    expect(checkTitle('  a\n\nb\u202E\u0000 ')).toBe('a b\uFFFD\uFFFD');
    expect(checkTitle('@acme <img src=x> https://e.example www.e.example [x](y)')).toBe(
      '＠acme ‹img src=x> https:∕∕e.example www․e.example [x] (y)',
    );
    expect([...checkTitle('😀'.repeat(300))]).toHaveLength(200);
    expect(checkTitle('😀'.repeat(300))).not.toMatch(/\p{Cs}/u);
  });

  it('sums up its parts, the first ones where there is no room for all', () => {
    expect(checkSummary([], 'Nothing.')).toBe('Nothing.');
    // The check's title says the rest.
    expect(checkSummary([{ title: 'It passes.', details: 'By all rules.' }], 'Nothing.')).toBe('By all rules.');
    expect(checkSummary([{ title: 'It is gone.', details: '' }], 'Nothing.')).toBe('**It is gone.**');
    expect(
      checkSummary(
        [
          { title: 'It passes.', details: '' },
          { title: 'Red.', details: '- a' },
        ],
        'Nothing.',
      ),
    ).toBe('**It passes.**\n\n**Red.**\n\n- a');
    const many = Array.from({ length: 300 }, (_, i) => ({ title: `Part ${i}.`, details: 'é'.repeat(500) }));
    const summary = checkSummary(many, 'Nothing.');
    expect(bytes(summary)).toBeLessThanOrEqual(60_000);
    expect(summary).toContain('**Part 0.**');
    expect(summary).not.toContain('**Part 299.**');
    expect(summary).toMatch(/Left out for length/);
  });

  it('answers below what it sums up, and says rather what is gravest where there is no room for both', () => {
    const answers = [{ asked: '/tiltyard @help', by: 'ann', lines: [{ mark: null, sentence: '@acme can’t.' }] }];
    const said = '#### Answers\n\n`/tiltyard @help`, asked by `ann`:\n- ℹ️ `@acme` can’t.';
    expect(checkSummary([], 'Nothing.', answers)).toBe(`Nothing.\n\n${said}`);
    expect(checkSummary([{ title: 'Red.', details: '- a' }], 'Nothing.', answers)).toBe(`- a\n\n${said}`);
    const part = (letters: number) => ({ title: 'Red.', details: 'é'.repeat(letters) });
    const many = checkSummary([part(20_000), part(20_000)], 'Nothing.', answers);
    expect(many).toMatch(/^\*\*Red.\*\*\n\né{20000}\n\n#### Answers[^]*\n\nLeft out for length: part 2\.$/);
    const large = checkSummary([part(29_970)], 'Nothing.', answers);
    expect(large).toMatch(/^é{29970}\n\nLeft out for length: answers\.$/);
    expect(bytes(large)).toBeLessThanOrEqual(60_000);
  });

  it('has annotations that GitHub takes', () => {
    expect(annotationMessage(`a @b\n${'c'.repeat(5_000)}`)).toMatch(/^a ＠b c{1994}…$/);
  });
});
