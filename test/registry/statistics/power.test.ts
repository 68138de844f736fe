import { expect, test } from 'vitest';
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
