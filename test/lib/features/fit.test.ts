import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFeatures } from '#lib/features/engine.ts';
import { fitState } from '#lib/features/fit.ts';
import { computeTrainingFeatures } from '#lib/features/training.ts';
import { userError, useWorkspace } from '../data/workspace.ts';

const space = useWorkspace();
const schema = { id: 'integer', town: 'string', day: 'date', delay: 'integer', late: 'boolean', w: 'double' };

async function training() {
  await space.parquet(
    'train.parquet',
    `SELECT range::INTEGER AS id, 'town ' || (range % 3) AS town, DATE '2001-01-01' + (range // 10)::INTEGER AS day,
       (range % 40)::INTEGER AS delay, range % 40 >= 15 AS late, 1.5 AS w FROM range(6000)`,
  );
  return space.open('train.parquet', { ...schema, w: 'double' });
}

const fit = async (statements: Record<string, string>, folder = 'state') =>
  fitState({
    statements,
    connection: space.database.connection,
    dataset: await training(),
    folder: join(space.root, folder),
    database: space.options,
    data: { id: 'id', time: 'day', label: 'late', known_later: ['delay'] },
    features: { name: 'features.sql', sql: FEATURES },
    seed: 1,
  });

const rows = async (path: string) =>
  (await space.database.connection.runAndReadAll(`SELECT * FROM read_parquet('${path}')`)).getRowsJson();

const RATES = 'SELECT day, sum(late::INTEGER) AS late, max(delay) AS worst FROM source GROUP BY day;';
const FEATURES =
  'SELECT s.id, r.late::DOUBLE AS late_before, id % 7 AS seven, town AS place, id > 9 AS big ' +
  'FROM source s ASOF LEFT JOIN state.rates r ON s.day > r.day';

test('state tables are fitted on all training rows, label included', async () => {
  const { rates } = await fit({ rates: RATES });
  expect(rates).toBe(join(space.root, 'state/rates.parquet'));
  expect(await rows(rates)).toHaveLength(600);
  expect((await rows(rates)).slice(0, 3)).toEqual([
    ['2001-01-01', 0, 9],
    ['2001-01-02', 5, 19],
    ['2001-01-03', 10, 29],
  ]);
});

test('the same rows give the same bytes, whatever order the SQL has', async () => {
  const a = await fit({ rates: RATES }, 'a');
  const b = await fit({ rates: `${RATES.slice(0, -1)} ORDER BY hash(day)` }, 'b');
  expect(readFileSync(a['rates']).equals(readFileSync(b['rates']))).toBe(true);
});

test.each([
  ["SELECT * FROM read_csv('/etc/passwd')", 'state/rates.sql, line 1, column 15, reads from read_csv()'],
  ["COPY source TO 'x.csv'", 'state/rates.sql is not a SELECT'],
  ['SELECT random() AS r', 'uses random()'],
  ['SELECT nothing FROM source', 'state/rates.sql'],
  ['SELECT town::INTEGER AS t FROM source', 'state/rates.sql'],
])('refused: %s', async (sql, message) => {
  expect((await userError(() => fit({ rates: sql }))).message).toContain(message);
});

test('a name that would leave the folder or SQL', async () => {
  expect((await userError(() => fit({ '../rates': RATES }))).message).toContain("can't be a table");
});

test('training gets the features that evaluation computes, with label, time and weight beside them', async () => {
  const dataset = await training();
  const state = await fit({ rates: RATES }, 'fitted');
  const visible = dataset.columns.filter(({ name }) => name !== 'late' && name !== 'delay');
  const features = await openFeatures({
    sql: FEATURES,
    state,
    columns: visible,
    hidden: dataset.columns.filter((column) => !visible.includes(column)),
    id: 'id',
    seed: 1,
    database: space.options,
  });
  const path = join(space.root, 'features.parquet');
  const { connection } = space.database;
  const request = { connection, dataset, features, path, database: space.options };
  expect(await computeTrainingFeatures({ ...request, carry: ['late', 'day', 'w'] })).toEqual({ rows: 6000 });
  const written = await connection.runAndReadAll(
    `SELECT *, row_number() OVER () - 1 AS id FROM read_parquet('${path}') QUALIFY id IN (0, 4321)`,
  );
  expect(written.columnNames()).toEqual(['late_before', 'seven', 'place', 'big', 'late', 'day', 'w', 'id']);
  expect(written.getRowsJson()).toEqual([
    ['NaN', '0', 'town 0', false, false, '2001-01-01', 1.5, '0'],
    [10, '2', 'town 1', true, false, '2002-03-09', 1.5, '4321'],
  ]);
  const clash = await userError(() => computeTrainingFeatures({ ...request, carry: ['Seven'] }));
  expect(clash.message).toContain('a feature called seven');
  features.close();
});
