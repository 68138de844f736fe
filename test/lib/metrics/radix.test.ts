import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ascending } from '#lib/metrics/radix.ts';

/** A stable sort by comparison. */
function expected(values: Float64Array): number[] {
  return Array.from(values, (_, i) => i).sort((a, b) =>
    values[a] < values[b] ? -1 : values[a] > values[b] ? 1 : a - b,
  );
}

const number = fc.oneof(
  fc.double({ noNaN: true }),
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.float({ noNaN: true }),
  fc.constantFrom(0, -0, 1, 0.5, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, Number.POSITIVE_INFINITY),
);

test('any numbers come in ascending order, equal ones in theirs', () => {
  fc.assert(
    fc.property(fc.array(number, { maxLength: 200 }), (values) => {
      const column = Float64Array.from(values);
      expect(Array.from(ascending(column))).toEqual(expected(column));
    }),
    { numRuns: 300 },
  );
});

test('long runs that float32 makes equal come in order too, repeated values among them', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 60 }), { minLength: 20, maxLength: 300 }), fc.boolean(), (steps, narrow) => {
      const column = Float64Array.from(steps, (step) => (narrow ? 0.5 + step * 1e-12 : step / 7));
      expect(Array.from(ascending(column))).toEqual(expected(column));
    }),
  );
});

test('the values themselves stay as they are', () => {
  const column = Float64Array.of(0.3, 0.1, 0.2);
  ascending(column);
  expect(Array.from(column)).toEqual([0.3, 0.1, 0.2]);
});
