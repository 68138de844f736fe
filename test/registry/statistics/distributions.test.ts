import { describe, expect, test } from 'vitest';
import { binomialAtLeast, binomialAtMost, binomialProbability } from '#registry/statistics/binomial.ts';
import { benjaminiYekutieli, holm } from '#registry/statistics/multiplicity.ts';
import { normalCdf, normalQuantile, normalSurvival } from '#registry/statistics/normal.ts';
import { studentCdf, studentDensity, studentQuantile, studentSurvival } from '#registry/statistics/student.ts';
import golden from './golden/distributions.json' with { type: 'json' };

/** Relative to the golden value, in both tails. */
function expectClose(actual: number, wanted: number, relative = 1e-11): void {
  expect(Math.abs(actual - wanted)).toBeLessThanOrEqual(relative * Math.abs(wanted));
}

describe('normal', () => {
  test.each(golden.normal_survival)('survival(%d)', (x, wanted) => {
    expectClose(normalSurvival(x), wanted);
    expectClose(normalCdf(-x), wanted);
  });
  test.each(golden.normal_quantile)('quantile(%d)', (p, wanted) => expectClose(normalQuantile(p), wanted));
  test('quantile undoes cdf far out', () => {
    for (const x of [-37, -20, -9, -2.5, -1, -1e-3]) expectClose(normalQuantile(normalCdf(x)), x);
    expect(normalQuantile(0)).toBe(Number.NEGATIVE_INFINITY);
    expect(normalQuantile(1)).toBe(Number.POSITIVE_INFINITY);
    expect(normalQuantile(1.1)).toBeNaN();
  });
});

describe('student', () => {
  test.each(golden.student_survival)('survival(%d, df=%d)', (t, df, wanted) => {
    expectClose(studentSurvival(t, df), wanted);
    expectClose(studentCdf(-t, df), wanted);
  });
  test.each(golden.student_quantile)('quantile(%d, df=%d)', (p, df, wanted) =>
    expectClose(studentQuantile(p, df), wanted),
  );
  test('quantile undoes cdf, also with one degree of freedom and with millions', () => {
    for (const df of [1, 3.3, 40, 1e4, 1e7]) {
      for (const p of [1e-200, 1e-30, 1e-8, 0.01, 0.3, 0.49])
        expectClose(studentCdf(studentQuantile(p, df), df), p, 1e-9);
    }
  });
  test('many degrees of freedom are the normal distribution', () => {
    expectClose(studentQuantile(0.975, 1e9), normalQuantile(0.975), 1e-8);
    expect(studentQuantile(0.975, Number.POSITIVE_INFINITY)).toBe(normalQuantile(0.975));
  });
  test('the density is the slope of the cdf', () => {
    for (const df of [1, 4.5, 80]) {
      const h = 1e-5;
      expectClose(studentDensity(1.3, df), (studentCdf(1.3 + h, df) - studentCdf(1.3 - h, df)) / (2 * h), 1e-8);
    }
  });
});

describe('binomial', () => {
  test.each(golden.binomial_at_least)('P(X ≥ %d) of %d at %d', (k, n, p, wanted) => {
    expectClose(binomialAtLeast(k, n, p), wanted);
  });
  test('the probabilities add up to 1, and the two tails overlap in one of them', () => {
    let sum = 0;
    for (let k = 0; k <= 60; k++) sum += binomialProbability(k, 60, 0.13);
    expectClose(sum, 1, 1e-13);
    expectClose(
      binomialAtLeast(9, 60, 0.13) + binomialAtMost(9, 60, 0.13) - 1,
      binomialProbability(9, 60, 0.13),
      1e-12,
    );
  });
});

describe('multiplicity', () => {
  test('holm equals statsmodels', () => {
    holm(golden.p_values).forEach((p, i) => expectClose(p, golden.holm[i]));
  });
  test('Benjamini-Yekutieli equals statsmodels', () => {
    benjaminiYekutieli(golden.p_values).forEach((p, i) => expectClose(p, golden.benjamini_yekutieli[i]));
  });
  test('nothing in, nothing out; no p-value is refused as a bug', () => {
    expect(holm([])).toEqual([]);
    expect(benjaminiYekutieli([])).toEqual([]);
    expect(() => holm([0.1, Number.NaN])).toThrow(RangeError);
  });
});
