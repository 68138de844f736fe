import { beforeAll, describe, expect, it } from 'vitest';
import { makeRepository, makeRows, type Row } from '../fixtures/repository.ts';
import { type Measured, measure, of } from '../fixtures/run.ts';

const rows = makeRows('binary_classification', 900);
const named = (key: { column: string; value: string }[]) =>
  key.map(({ column, value }) => `${column}=${value}`).join(' & ');
const decide = (row: Row, [a, v]: [number, number]) => a * Number(row['amount']) + v * Number(row['visits']) >= 0;
const candidate = (row: Row) => decide(row, [1.4, -1]) === row['bought'];
const champion = (row: Row) => decide(row, [0.3, 0.4]) === row['bought'];
const ids = (list: Row[]) => list.map((row) => String(row['row_id']));

describe('slices and flips', () => {
  let result: Measured;
  let pairs: Measured;
  beforeAll(async () => {
    const slices = {
      columns: ['city', { column: 'age', edges: [30, 50] }, { column: 'amount', quantiles: 3 }],
      max_loss: 0.05,
      min_rows: 100,
      min_per_class: 10,
    };
    result = await measure(
      makeRepository({
        rows,
        edit: ({ evaluate }) => {
          evaluate.primary = { metric: 'accuracy', max_loss: 0.02 };
          evaluate.slices = slices;
        },
      }),
    );
    pairs = await measure(
      makeRepository({
        rows,
        edit: ({ evaluate }) => {
          evaluate.primary = { metric: 'accuracy', max_loss: 0.02 };
          evaluate.slices = { columns: ['city', 'sex'], pairs: true, max_loss: 0.05 };
        },
      }),
    );
  }, 120_000);

  it('hold each row once for every column: its values, declared bands, and quantiles', () => {
    const { slices, slice_columns } = result.evidence;
    expect(slice_columns).toEqual([['city'], ['age'], ['amount']]);
    for (const [column] of slice_columns) {
      const own = slices.filter(({ key }) => key[0].column === column);
      expect(own.reduce((sum, slice) => sum + slice.rows, 0)).toBe(rows.length);
    }
    const counted = (test: (row: Row) => boolean) => rows.filter(test).length;
    const age = (row: Row) => Number(row['age']);
    expect(Object.fromEntries(slices.map((slice) => [named(slice.key), slice.rows]))).toMatchObject({
      'city=Oslo': counted(({ city }) => city === 'Oslo'),
      'city=Bern': 23,
      'age=below 30': counted((row) => age(row) < 30),
      'age=30 to below 50': counted((row) => age(row) >= 30 && age(row) < 50),
      'age=50 and above': counted((row) => age(row) >= 50),
    });
    const bands = slices.filter(({ key }) => key[0].column === 'amount').map((slice) => slice.rows);
    expect(bands).toHaveLength(3);
    for (const count of bands) expect(Math.abs(count - 300)).toBeLessThan(3);
  });

  it('that are too small are listed with the reason, and the others measured', () => {
    const { slices, comparisons } = result.evidence;
    expect(slices.filter(({ skipped }) => skipped !== null).map(({ key, skipped }) => [named(key), skipped])).toEqual([
      ['city=Bern', 'fewer than 100 rows'],
    ]);
    expect(result.summary).toContain('Bern');
    for (const slice of slices) {
      if (slice.skipped !== null || slice.key[0].column !== 'city') continue;
      const own = rows.filter(({ city }) => city === slice.key[0].value);
      const compared = comparisons.find(({ slice: key }) => key !== null && named(key) === named(slice.key));
      expect(compared).toMatchObject({ metric: 'accuracy', rows: own.length });
      expect(compared?.candidate.value).toBeCloseTo(own.filter(candidate).length / own.length, 12);
      expect(compared?.champion?.value).toBeCloseTo(own.filter(champion).length / own.length, 12);
      expect(slice.smallest_class).toBe(
        Math.min(
          own.filter(({ bought }) => bought === true).length,
          own.filter(({ bought }) => bought !== true).length,
        ),
      );
    }
    expect(result.verdict.findings.find(({ kind }) => kind === 'slices')?.status).toBe('pass');
  });

  it('of pairs hold each row once too', () => {
    expect(pairs.evidence.slice_columns).toEqual([['city'], ['sex'], ['city', 'sex']]);
    const both = pairs.evidence.slices.filter(({ key }) => key.length === 2);
    expect(both.reduce((sum, slice) => sum + slice.rows, 0)).toBe(rows.length);
    expect(both.find(({ key }) => named(key) === 'city=Oslo & sex=f')?.rows).toBe(
      rows.filter(({ city, sex }) => city === 'Oslo' && sex === 'f').length,
    );
    expect(pairs.verdict.slices?.too_small.length).toBeGreaterThan(0);
  });

  it('flips: their balance is the difference in accuracy, their ids are those of the rows', () => {
    const { flips } = result.evidence;
    const fixed = rows.filter((row) => candidate(row) && !champion(row));
    const broken = rows.filter((row) => !candidate(row) && champion(row));
    expect(flips).toMatchObject({ rows: 900, fixed: fixed.length, broken: broken.length });
    const accuracy = of(result, 'accuracy');
    expect(accuracy.difference).toBeCloseTo((fixed.length - broken.length) / rows.length, 15);
    expect(accuracy.mcnemar).toMatchObject({ fixed: fixed.length, broken: broken.length });
    const [all] = result.flips ?? [];
    expect(all).toEqual({ slice: null, fixed: ids(fixed).slice(0, 20), broken: ids(broken).slice(0, 20) });
    const oslo = (row: Row) => row['city'] === 'Oslo';
    expect(result.flips?.find(({ slice }) => slice !== null && named(slice) === 'city=Oslo')).toMatchObject({
      fixed: ids(fixed.filter(oslo)).slice(0, 20),
      broken: ids(broken.filter(oslo)).slice(0, 20),
    });
    for (const column of ['city', 'age', 'amount']) {
      const own = flips?.by_slice.filter(({ key }) => key[0].column === column) ?? [];
      expect(own.reduce((sum, slice) => sum + slice.fixed, 0)).toBe(fixed.length);
      expect(own.reduce((sum, slice) => sum + slice.broken, 0)).toBe(broken.length);
    }
  });
});
