import { describe, expect, it } from 'vitest';
import { bytes, fit, fitLines } from '#registry/markdown/budget.ts';

describe('fit', () => {
  const sections = [
    { name: 'a', text: 'A'.repeat(100), weight: 2 },
    { name: 'b', text: 'B'.repeat(100), weight: 1 },
    { name: 'c', text: 'é'.repeat(50), weight: 3 },
  ];

  it('keeps everything in its order where there is room', () => {
    expect(fit('head', sections, 1000)).toBe(`head\n\n${'A'.repeat(100)}\n\n${'B'.repeat(100)}\n\n${'é'.repeat(50)}\n`);
  });

  it('leaves out the least important first, and says so', () => {
    const text = fit('head', sections, 300);
    expect(text).toBe(`head\n\n${'A'.repeat(100)}\n\n${'é'.repeat(50)}\n\nLeft out for length: b.\n`);
    expect(bytes(text)).toBeLessThanOrEqual(300);
    expect(fit('head', sections, 200)).toContain('Left out for length: a, b.');
  });

  it('keeps the head whatever happens', () => {
    expect(fit('head', sections, 1)).toBe('head\n\nLeft out for length: a, b, c.\n');
  });

  it('counts bytes as UTF-8', () => {
    expect(bytes('é✅')).toBe(5);
  });
});

describe('fitLines', () => {
  const lines = ['- é', '- b', '- c'];

  it('keeps as many lines as there is room for, and says how many more there are', () => {
    expect(fitLines(lines, 13)).toEqual(lines);
    expect(fitLines(lines, 12)).toEqual(['- é', '- b', '- and 1 more']);
    expect(fitLines(lines, 1000, 1)).toEqual(['- é', '- and 2 more']);
    expect(fitLines(lines, 1000, 3)).toEqual(lines);
    expect(fitLines([], 0)).toEqual([]);
  });
});
