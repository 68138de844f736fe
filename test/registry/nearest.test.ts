import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editDistance, nearest } from '#registry/nearest.ts';

describe('nearest', () => {
  it.each([
    ['roc_acu', ['roc_auc', 'recall'], 'roc_auc'],
    ['max_los', ['max_loss', 'min_gain'], 'max_loss'],
    ['MAX_LOSS', ['max_loss'], 'max_loss'],
    ['zzz', ['max_loss', 'f1'], null],
    ['', ['f1'], null],
    ['f2', ['f1'], 'f1'],
    ['x'.repeat(5000), ['f1'], null],
  ])('of %j in %j is %j', (name, candidates, expected) => {
    expect(nearest(name, candidates)).toBe(expected);
  });
});

describe('editDistance', () => {
  it.each([
    ['kitten', 'sitting', 3],
    ['ab', 'ba', 1],
    // Optimal string alignment: the letters of a swap are not touched again.
    ['ca', 'abc', 3],
    ['', 'abc', 3],
  ])('from %j to %j is %d', (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  it('is symmetric, and zero for equal texts alone', () => {
    const text = fc.string({ maxLength: 12 });
    fc.assert(
      fc.property(text, text, (a, b) => {
        expect(editDistance(a, b)).toBe(editDistance(b, a));
        expect(editDistance(a, b) === 0).toBe(a === b);
        expect(editDistance(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });
});
