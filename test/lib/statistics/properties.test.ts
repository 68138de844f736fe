import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { binaryMetrics } from '#lib/metrics/catalogue.generated.ts';
import type { BinaryPredictions, Metric } from '#lib/metrics/metric.ts';
import { binaryPredictions } from '#lib/metrics/predictions.ts';
import { compare } from '#lib/statistics/compare.ts';
import { random, shuffle } from '#lib/statistics/random.ts';
import { spread } from '#lib/statistics/spread.ts';
import { mergeSums, sumUnits } from '#lib/statistics/sums.ts';

/** Rows of a small benchmark with ties; at least 20 of each class. */
const rows = fc
  .array(
    fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      champion: fc.integer({ min: 1, max: 19 }),
      candidate: fc.integer({ min: 1, max: 19 }),
      cluster: fc.integer({ min: 0, max: 7 }),
      weight: fc.integer({ min: 1, max: 4 }),
    }),
    { minLength: 60, maxLength: 120 },
  )
  .map((list) => list.map((row, i) => (i < 40 ? { ...row, label: i % 2 } : row)));
type Rows = typeof rows extends fc.Arbitrary<infer T> ? T : never;

const smooth = binaryMetrics.filter((metric) => metric.smooth);

function version(list: Rows, which: 'champion' | 'candidate', weighted: boolean): BinaryPredictions {
  return binaryPredictions({
    label: Uint8Array.from(list, ({ label }) => label),
    score: Float64Array.from(list, (row) => row[which] / 20),
    threshold: 0.5,
    weight: weighted ? Float64Array.from(list, ({ weight }) => weight) : null,
  });
}

interface Shape {
  weighted: boolean;
  clustered: boolean;
  swapped?: boolean;
}

function comparisonOf(metric: Metric<BinaryPredictions>, list: Rows, { weighted, clustered, swapped = false }: Shape) {
  const champion = version(list, 'champion', weighted);
  const candidate = version(list, 'candidate', weighted);
  return compare({
    metric,
    params: Object.fromEntries(Object.entries(metric.params).map(([name, value]) => [name, value ?? 0.8])),
    champion: swapped ? candidate : champion,
    candidate: swapped ? champion : candidate,
    clusters: clustered ? Int32Array.from(list, ({ cluster }) => cluster) : null,
    confidence: 0.95,
    seed: 1,
  });
}

/** Numbers that differ by rounding alone; null only where the other is. */
function same(a: number | null | undefined, b: number | null | undefined): void {
  if (typeof a !== 'number' || typeof b !== 'number') expect(a).toBe(b);
  else expect(Math.abs(a - b)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(a)));
}

const shape = fc.record({ weighted: fc.boolean(), clustered: fc.boolean() });

describe.each(smooth.map((metric) => ({ name: metric.name, metric })))('$name', ({ metric }) => {
  test('does not depend on the order of rows', () => {
    fc.assert(
      fc.property(rows, shape, fc.integer(), (list, how, seed) => {
        const a = comparisonOf(metric, list, how);
        const b = comparisonOf(metric, shuffle([...list], random(seed)), how);
        same(a.difference, b.difference);
        same(a.interval?.[0], b.interval?.[0]);
        same(a.candidate.interval?.[1], b.candidate.interval?.[1]);
        same(a.standard_error, b.standard_error);
      }),
      { numRuns: 20 },
    );
  });

  test('flips the signs of difference and interval when the versions are swapped', () => {
    fc.assert(
      fc.property(rows, shape, (list, how) => {
        const a = comparisonOf(metric, list, how);
        const b = comparisonOf(metric, list, { ...how, swapped: true });
        same(a.difference, b.difference === null ? null : -b.difference);
        same(a.interval?.[0], b.interval === null ? undefined : -b.interval[1]);
        same(a.interval?.[1], b.interval === null ? undefined : -b.interval[0]);
        same(a.champion?.interval?.[0], b.candidate.interval?.[0]);
      }),
      { numRuns: 20 },
    );
  });

  test('gives an interval around its difference, and none without a difference', () => {
    fc.assert(
      fc.property(rows, shape, (list, how) => {
        const { difference, interval, standard_error: error } = comparisonOf(metric, list, how);
        expect(interval === null).toBe(error === null);
        if (difference === null || interval === null) return;
        expect(interval[0]).toBeLessThanOrEqual(difference);
        expect(interval[1]).toBeGreaterThanOrEqual(difference);
      }),
      { numRuns: 20 },
    );
  });
});

describe('sums', () => {
  const values = fc.array(
    fc.tuple(
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      fc.nat(4),
      fc.nat(2),
    ),
    {
      minLength: 4,
      maxLength: 60,
    },
  );

  test('shards merged equal the whole', () => {
    fc.assert(
      fc.property(values, fc.nat(60), fc.boolean(), (list, cut, clustered) => {
        const champion = Float64Array.from(list, ([a]) => a);
        const candidate = Float64Array.from(list, ([, b]) => b);
        const grouping = {
          stratum: Int32Array.from(list, ([, , , k]) => k),
          strata: 3,
          cluster: clustered ? Int32Array.from(list, ([, , g]) => g) : null,
          clusters: clustered ? 5 : 0,
        };
        const at = Math.min(cut, list.length);
        const merged = mergeSums(
          sumUnits(champion, candidate, grouping, 0, at),
          sumUnits(champion, candidate, grouping, at, list.length),
        );
        const whole = sumUnits(champion, candidate, grouping);
        for (const series of ['champion', 'candidate', 'difference'] as const) {
          const a = spread(merged, series, 0.1);
          const b = spread(whole, series, 0.1);
          same(a.variance, b.variance);
          same(a.thirdMoment, b.thirdMoment);
          same(a.clusters, b.clusters);
          expect(a.degreesOfFreedom / b.degreesOfFreedom).toBeCloseTo(1, 5);
        }
      }),
    );
  });
});
