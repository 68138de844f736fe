import { expect, test } from 'vitest';
import { missingData } from '#registry/judge/missing-data.ts';
import { minimumDetectable, unitsToSettle } from '#registry/statistics/power.ts';
import { studentQuantile, studentSurvival } from '#registry/statistics/student.ts';

test('with the detectable difference, 80 % of repetitions find it', () => {
  const found = minimumDetectable(0.01, 30, 0.95);
  // The estimate is t-distributed about the true difference; it is found beyond t at 97.5 % standard errors.
  expect(studentSurvival(studentQuantile(0.975, 30) - found / 0.01, 30)).toBeCloseTo(0.8, 12);
  // scipy: stats.norm.ppf(.975) + stats.norm.ppf(.8)
  expect(minimumDetectable(1, null, 0.95)).toBeCloseTo(2.8015852181129683, 12);
});

test('the units that would settle grow with the square of the error over the distance', () => {
  const now = {
    difference: 0.002,
    bound: -0.005,
    standardError: 0.01,
    degreesOfFreedom: null,
    units: 1000,
    confidence: 0.95,
  };
  const wanted = unitsToSettle(now) ?? 0;
  expect(wanted).toBe(Math.ceil(1000 * ((2.8015852181129683 * 0.01) / 0.007) ** 2));
  expect(unitsToSettle({ ...now, standardError: 0.02 }) ?? 0).toBeCloseTo(4 * wanted, -1);
  const shrunk = 0.01 * Math.sqrt(1000 / wanted);
  expect(minimumDetectable(shrunk, null, 0.95)).toBeLessThanOrEqual(0.007);
});

test('on the bound no number of units would do, and it is never fewer than there are', () => {
  const now = {
    difference: -0.005,
    bound: -0.005,
    standardError: 0.01,
    degreesOfFreedom: 40,
    units: 50,
    confidence: 0.95,
  };
  expect(unitsToSettle(now)).toBeNull();
  expect(unitsToSettle({ ...now, difference: 3 })).toBe(50);
});

test('what is missing is what would settle it without what is there, in units, rows and days of the same kind', () => {
  const april = { rows: 501_030, start: '2001-04-01T00:00:00Z', end: '2001-05-01T00:00:00Z' };
  // 30 days had a standard error of 0.012; for one of 0.008 it takes (12 / 8)² = 2.25 times as many.
  expect(missingData({ count: 68, times: 68 / 30 }, april)).toEqual({ units: 38, rows: 634_638, days: 38 });
  expect(missingData({ count: 90, times: 3 }, { ...april, start: null })).toEqual({
    units: 60,
    rows: 1_002_060,
    days: null,
  });
  expect(missingData({ count: 90, times: 3 }, { ...april, start: 'yesterday' }).days).toBeNull();
  expect(missingData({ count: 30, times: 1 }, april)).toEqual({ units: 0, rows: 0, days: 0 });
});
