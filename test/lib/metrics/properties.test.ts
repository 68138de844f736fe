import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { magnitude, measured, metricsOf } from './cases.ts';
import { paramsOf, predictionsOf, sampleOf } from './samples.ts';

const TASKS = ['binary_classification', 'multiclass_classification', 'regression'] as const;

/** Equal but for rounding; NaN equals NaN. */
function close(a: number, b: number, tolerance = 1e-10): boolean {
  return Object.is(a, b) || a === b || Math.abs(a - b) <= tolerance * Math.max(1, Math.abs(a), Math.abs(b));
}

describe.each(TASKS)('%s', (task) => {
  describe.each(metricsOf(task))('$name', (metric) => {
    const params = paramsOf(metric);
    const sample = sampleOf(task);

    test('the order of the rows does not matter', () => {
      fc.assert(
        fc.property(sample, fc.infiniteStream(fc.nat()), fc.boolean(), (one, keys, weighted) => {
          const order = one.rows
            .map((_, i) => ({ i, key: Number(keys.next().value) }))
            .sort((a, b) => a.key - b.key)
            .map(({ i }) => i);
          const shuffled = { ...one, rows: order.map((i) => one.rows[i]) };
          const weights = (of: typeof one) => (weighted ? of.rows.map((row) => row.weight) : null);
          const before = measured(metric, predictionsOf(one, weights(one)), params);
          const after = measured(metric, predictionsOf(shuffled, weights(shuffled)), params);
          expect(close(before.value, after.value), `${before.value} and ${after.value}`).toBe(true);
          const moved = order.every((i, k) => close(before.influence[i], after.influence[k]));
          expect(!metric.smooth || moved).toBe(true);
        }),
      );
    });

    test('a weight of two is the row twice, a weight of zero no row', () => {
      fc.assert(
        fc.property(sample, fc.infiniteStream(fc.nat({ max: 3 })), (one, stream) => {
          const times = one.rows.map(() => Number(stream.next().value));
          const repeated = { ...one, rows: one.rows.flatMap((row, i) => Array.from({ length: times[i] }, () => row)) };
          fc.pre(repeated.rows.length > 0);
          const weighted = measured(metric, predictionsOf(one, times), params);
          const apart = measured(metric, predictionsOf(repeated, null), params);
          expect(close(weighted.value, apart.value), `${weighted.value} and ${apart.value}`).toBe(true);
          if (!metric.smooth || Number.isNaN(apart.value)) return;
          let at = 0;
          one.rows.forEach((_, i) => {
            let sum = 0;
            for (let copy = 0; copy < times[i]; copy++) sum += apart.influence[at++];
            expect(close(weighted.influence[i], sum)).toBe(true);
          });
        }),
      );
    });

    test('only the ratios of the weights matter', () => {
      fc.assert(
        fc.property(sample, (one) => {
          const weights = one.rows.map((row) => row.weight);
          const before = measured(metric, predictionsOf(one, weights), params);
          const scaled = weights.map((weight) => weight * 8);
          const after = measured(metric, predictionsOf(one, scaled), params);
          expect(close(before.value, after.value)).toBe(true);
          const same = before.influence.every((each, i) => close(each, after.influence[i]));
          expect(!metric.smooth || same).toBe(true);
        }),
      );
    });
  });

  describe.each(metricsOf(task).filter((metric) => metric.smooth))('$name', (metric) => {
    const params = paramsOf(metric);

    test('its influence values are w ∂θ/∂w, by finite differences, and sum to zero', () => {
      const h = 1e-4;
      fc.assert(
        fc.property(sampleOf(task), (one) => {
          const weights = one.rows.map((row) => row.weight);
          const { value, influence } = measured(metric, predictionsOf(one, weights), params);
          if (Number.isNaN(value)) {
            expect(influence.every(Number.isNaN)).toBe(true);
            return;
          }
          const sum = influence.reduce((total, each) => total + each, 0);
          expect(Math.abs(sum)).toBeLessThan(1e-11 * magnitude(influence));
          weights.forEach((weight, i) => {
            const at = (factor: number) =>
              metric.measure(predictionsOf(one, weights.with(i, weight * factor)), params, undefined);
            const difference = (at(1 + h) - at(1 - h)) / (2 * h);
            expect(Math.abs(difference - influence[i])).toBeLessThan(1e-6 * magnitude(influence));
          });
        }),
        { numRuns: 60 },
      );
    });
  });
});
