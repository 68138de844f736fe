import { describe, expect, test } from 'vitest';
import { binomialAtLeast, binomialAtMost } from '#registry/statistics/binomial.ts';
import { CELLS, claimed, coverage, keeps, LEVEL, measure, metricsOf, nameOf, pValue } from './coverage.ts';

/** Draws of the sample; `npm run proof -- coverage` takes 4,000. */
const DRAWS = 300;
const SEED = 20261121;

const sample = [
  'binary_classification/independent/null/n=2000/influence',
  'binary_classification/rare/margin/n=2000/influence',
  'binary_classification/clusters/null/n=2000/influence',
  'binary_classification/rare_clusters/margin/n=2000/influence',
  'multiclass_classification/rare/null/n=2000/influence',
  'multiclass_classification/weights/margin/n=2000/influence',
  'regression/clusters/margin/n=2000/influence',
  'regression/rare/null/n=2000/influence',
];

describe(`coverage over ${DRAWS} draws (in full 4,000)`, () => {
  test.each(sample)('%s', (name) => {
    const cell = CELLS.find((each) => nameOf(each) === name);
    expect(cell).toBeDefined();
    if (cell === undefined) return;
    const figures = measure(cell, { draws: DRAWS, seed: SEED, full: false });
    expect(figures.length).toBeGreaterThan(4);
    for (const { metric, tally } of figures) {
      const { draws, given, below, above } = tally.difference;
      const claim = claimed(cell, metric);
      expect(claim.coverage).toBe(true);
      // The exact binomial test must not contradict 93 to 97 %, nor errors of at most 2.5 % on either side.
      const misses = below + above;
      const p = {
        metric,
        under: binomialAtLeast(misses, given, 0.07),
        over: binomialAtMost(misses, given, 0.03),
        below: claim.errors ? pValue(below, draws) : 1,
        above: claim.errors ? pValue(above, draws) : 1,
      };
      const low = Math.min(p.under, p.over, p.below, p.above);
      expect(low < LEVEL ? p : 'kept').toBe('kept');
    }
  });
});

test('one claim is left out: errors of brier_score over a rare class in clusters', () => {
  const influence = CELLS.filter(({ intervals, rows }) => intervals === 'influence' && rows === 2000);
  const without = influence.flatMap((cell) =>
    metricsOf(cell)
      .filter(({ name }) => !claimed(cell, name).errors)
      .map(({ name }) => `${cell.task} ${cell.scenario.name} ${name}`),
  );
  expect(without).toEqual([
    'binary_classification rare_clusters/null brier_score',
    'binary_classification rare_clusters/margin brier_score',
  ]);
});

test('the verdict on a cell sees what breaks its claim', () => {
  const claim = { coverage: true, errors: true };
  const fair = { draws: 4000, given: 4000, below: 100, above: 100 };
  expect(coverage(fair)).toBe(0.95);
  expect(keeps(fair, claim)).toBe(true);
  expect(keeps({ ...fair, below: 140, above: 60 }, claim)).toBe(false);
  expect(keeps({ ...fair, below: 140, above: 60 }, { coverage: true, errors: false })).toBe(true);
  expect(keeps({ ...fair, below: 50, above: 50 }, claim)).toBe(false);
  expect(keeps({ ...fair, below: 150, above: 150 }, { coverage: true, errors: false })).toBe(false);
});
