import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '#lib/data/duckdb.ts';
import type { Row } from '../fixtures/repository.ts';
import { makeTrainable, type TrainableOptions, train, trainingOf, trainingRows } from '../fixtures/trainable.ts';

/** What the program gets: it writes the training features where the test can read them. */
const KEEP = `
import { copyFileSync } from 'node:fs';
const { TILTYARD_OUT: out, TILTYARD_DATA_TRAIN: data } = process.env;
copyFileSync('model-0.onnx', out + '/model.onnx');
copyFileSync(data, out.replace(/work.*/, 'seen.parquet'));
`;

async function split(options: TrainableOptions) {
  const repository = makeTrainable({ program: KEEP, ...options });
  const outcome = await train(repository);
  const query = async (sql: string) => {
    const database = await openDatabase({ temporary: repository.path('spill') });
    const result = await database.connection.runAndReadAll(
      sql.replace('{seen}', `'${repository.path('.tiltyard/seen.parquet')}'`),
    );
    database.close();
    return result.getRowsJson();
  };
  return { repository, outcome, query };
}

const ROWS = trainingRows('binary_classification', 400);

describe('the rows that are held out', () => {
  it('are the latest ones, whatever the order of the file', async () => {
    const shuffled = ROWS.toSorted((a, b) => Number(a['amount']) - Number(b['amount']));
    const { repository, query } = await split({ rows: shuffled, train: { validation: { share: 0.25 } } });
    const [[rows, end]] = await query('SELECT count(*), CAST(max(seen_at) AS VARCHAR) FROM {seen}');
    const { validation, lineage } = trainingOf(repository);
    expect([Number(rows), validation?.rows, lineage.data.train.rows]).toEqual([299, 101, 400]);
    expect([end, validation?.start]).toEqual(['2026-08-01 04:58:00', '2026-08-01T04:59:00.000Z']);
  });

  it('stay together where they are of one time', async () => {
    const days = ROWS.map((row, i): Row => ({ ...row, seen_at: `2026-08-0${1 + Math.floor(i / 100)} 00:00:00` }));
    const { repository, query } = await split({ rows: days, train: { validation: { share: 0.1 } } });
    const [[rows]] = await query('SELECT count(*) FROM {seen}');
    expect([Number(rows), trainingOf(repository).validation?.rows]).toEqual([300, 100]);
  });

  it('are chosen by their ids where there is no time, the same ones for any seed', async () => {
    const without = (seed: number) =>
      split({ train: { seed, validation: { share: 0.3 } }, edit: (document) => void delete document.data.time });
    const [one, other] = [await without(1), await without(2)];
    const rows = async ({ query }: typeof one) => (await query('SELECT amount FROM {seen} ORDER BY 1')).flat().join();
    expect(await rows(one)).toBe(await rows(other));
    const held = trainingOf(one.repository).validation?.rows ?? 0;
    // Binomial with n = 400, p = 0.3: five standard deviations of 9.2 around 120.
    expect(Math.abs(held - 120)).toBeLessThan(46);
    expect(trainingOf(one.repository).validation).toMatchObject({ start: null, end: null });
  });

  it('are not known to the tables that are fitted', async () => {
    const features = `SELECT s.row_id, s.amount, s.visits FROM source AS s, (SELECT max(n) AS n FROM state.counts) AS c WHERE c.n > 0`;
    const { repository, outcome } = await split({ features, state: { counts: 'SELECT count(*) AS n FROM source' } });
    expect(outcome.errors).toBe('');
    const [run] = readdirSync(repository.path('.tiltyard/runs/shop'));
    const database = await openDatabase({ temporary: repository.path('spill') });
    const path = repository.path(`.tiltyard/runs/shop/${run}/artifact/state/counts.parquet`);
    const result = await database.connection.runAndReadAll(`FROM '${path}'`);
    database.close();
    expect(result.getRowsJson().flat().map(Number)).toEqual([359]);
  });

  it.each([
    [
      'all rows are of one time',
      ROWS.map((row) => ({ ...row, seen_at: '2026-08-01 00:00:00' })),
      'no row is left to fit on',
    ],
    [
      'all earlier rows have one label',
      ROWS.map((row, i) => ({ ...row, bought: i > 380 })),
      'there is nothing to learn',
    ],
  ])('are an error where %s', async (_, rows, message) => {
    const { outcome } = await split({ rows });
    expect([outcome.status, outcome.errors]).toEqual([3, expect.stringContaining(message)]);
  });

  it('with a class that no earlier row has are an error that says so', async () => {
    const rows = trainingRows('multiclass_classification', 400).map((row, i) => ({
      ...row,
      colour: i > 380 ? 'green' : i % 2 === 0 ? 'blue' : 'red',
    }));
    const { outcome } = await split({ task: 'multiclass_classification', rows });
    expect([outcome.status, outcome.errors]).toEqual([
      3,
      expect.stringContaining('have the label green, which no row to train on has'),
    ]);
  });
});
