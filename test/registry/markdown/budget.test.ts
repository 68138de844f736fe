import { describe, expect, it } from 'vitest';
import { bytes, fit } from '#registry/markdown/budget.ts';

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
    expect(text).toBe(
      `head\n\n${'A'.repeat(100)}\n\n${'é'.repeat(50)}\n\nLeft out for length, but in the evidence: b.\n`,
    );
    expect(bytes(text)).toBeLessThanOrEqual(300);
    expect(fit('head', sections, 200)).toContain('in the evidence: a, b.');
  });

  it('keeps the head whatever happens', () => {
    expect(fit('head', sections, 1)).toBe('head\n\nLeft out for length, but in the evidence: a, b, c.\n');
  });

  it('counts bytes as UTF-8', () => {
    expect(bytes('é✅')).toBe(5);
  });
});
