import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cautiousInterval, interval, skewedInterval } from '#lib/statistics/interval.ts';

/** scipy.stats.t.ppf(0.975, 20) */
const T = 2.085963447265837;

describe('the interval of a skewed estimate', () => {
  test('ends where the polynomial of Hall (1992) reaches ±t', () => {
    for (const skewness of [0.3, -0.3, 0.05, 1]) {
      const ends = skewedInterval(10, 2, 20, skewness, 0.95);
      // The error in standard errors at each end: the upper end of the estimate is the lower one of its error.
      const [atLow, atHigh] = ends.map((end) => (10 - end) / 2);
      const transformed = (x: number) => x + (skewness * x ** 2) / 3 + (skewness ** 2 * x ** 3) / 27 + skewness / 6;
      expect(transformed(atLow)).toBeCloseTo(T, 9);
      expect(transformed(atHigh)).toBeCloseTo(-T, 9);
    }
  });

  test('without skewness is that of t', () => {
    expect(interval(10, 2, 20, 0.95)[1]).toBeCloseTo(10 + 2 * T, 9);
    expect(skewedInterval(10, 2, 20, 0, 0.95)).toEqual(interval(10, 2, 20, 0.95));
    expect(cautiousInterval(10, 2, 20, 0, 0.95)).toEqual(interval(10, 2, 20, 0.95));
  });
});

describe('the cautious interval', () => {
  test('moves the end that the skewness points to, and only that', () => {
    const even = interval(0, 1, 20, 0.95);
    const right = cautiousInterval(0, 1, 20, 0.2, 0.95);
    expect(right[0]).toBe(even[0]);
    expect(right[1]).toBeCloseTo(skewedInterval(0, 1, 20, 0.2, 0.95)[1], 12);
    expect(right[1]).toBeGreaterThan(even[1] + 0.2);
  });

  test('holds both others, and is mirrored when the estimate is', () => {
    const numbers = fc.tuple(
      fc.double({ min: -10, max: 10, noNaN: true }),
      fc.double({ min: 1e-6, max: 10, noNaN: true }),
      fc.double({ min: 1, max: 200, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
    );
    fc.assert(
      fc.property(numbers, ([centre, error, df, skewness]) => {
        const found = cautiousInterval(centre, error, df, skewness, 0.95);
        for (const [low, high] of [
          interval(centre, error, df, 0.95),
          skewedInterval(centre, error, df, skewness, 0.95),
        ]) {
          expect(found[0]).toBeLessThanOrEqual(low);
          expect(found[1]).toBeGreaterThanOrEqual(high);
        }
        const mirrored = cautiousInterval(-centre, error, df, -skewness, 0.95);
        expect(mirrored[0]).toBeCloseTo(-found[1], 9);
        expect(mirrored[1]).toBeCloseTo(-found[0], 9);
      }),
    );
  });
});
