import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { RawColumn } from '#lib/data/dataset.ts';
import { identifier } from '#lib/data/duckdb.ts';
import { readChunks } from '#lib/data/read.ts';
import type { Batch, Layout } from '#lib/features/batch.ts';
import { type Features, openFeatures } from '#lib/features/engine.ts';
import { userError, useWorkspace } from '../data/workspace.ts';

const space = useWorkspace();
const columns: RawColumn[] = [
  { name: 'id', type: 'integer' },
  { name: 't', type: 'timestamp' },
  { name: 'x', type: 'double' },
  { name: 'n', type: 'integer' },
  { name: 'town', type: 'string' },
];
const hidden: RawColumn[] = [
  { name: 'late', type: 'boolean' },
  { name: 'delay', type: 'integer' },
];
const schema = Object.fromEntries([...columns, ...hidden].map(({ name, type }) => [name, type]));

/** `rows` raw rows with ids 1000, 1001, …; x is null in every 7th and NaN in every 11th row. */
async function raw(rows: number) {
  await space.parquet(
    `raw-${rows}.parquet`,
    `SELECT (1000 + range)::INTEGER AS id, TIMESTAMP '2001-01-01' + range * INTERVAL 1 HOUR AS t,
       CASE WHEN range % 7 = 6 THEN NULL WHEN range % 11 = 10 THEN 'NaN'::DOUBLE ELSE range / 4 END AS x,
       (range % 50)::INTEGER AS n, 'town ' || (range % 3) AS town, range % 2 = 0 AS late, range::INTEGER AS delay
     FROM range(${rows})`,
  );
  return space.open(`raw-${rows}.parquet`, schema);
}

const open = (sql: string, state: Record<string, string> = {}) =>
  openFeatures({ sql, state, columns, hidden, id: 'id', seed: 7, database: space.options });

async function compute(features: Features, rows: number, layout: Layout = 'columns'): Promise<Batch> {
  const chunks = [];
  const names = features.rawColumns.map(({ name }) => identifier(name));
  for await (const chunk of readChunks(space.database.connection, await raw(rows), names)) chunks.push(chunk);
  return features.compute(chunks, layout);
}

async function run(sql: string, rows = 300, layout: Layout = 'columns', state: Record<string, string> = {}) {
  const features = await open(sql, state);
  try {
    return { features, batch: await compute(features, rows, layout) };
  } finally {
    features.close();
  }
}

test('each type of feature, in the order of the raw rows', async () => {
  const { features, batch } = await run(
    'SELECT n + 1 AS i, id, x, x::FLOAT AS f, town AS s, n > 2 AS b, (n / 4)::DECIMAL(9, 2) AS d FROM source',
    9,
  );
  expect(features.schema.map(({ name, type }) => [name, type])).toEqual([
    ['i', 'int64'],
    ['x', 'double'],
    ['f', 'float'],
    ['s', 'string'],
    ['b', 'bool'],
    ['d', 'double'],
  ]);
  const x = [0, 0.25, 0.5, 0.75, 1, 1.25, Number.NaN, 1.75, 2];
  expect(batch).toEqual({
    layout: 'columns',
    rows: 9,
    columns: [
      { type: 'int64', values: BigInt64Array.from([1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n, 9n]) },
      { type: 'double', values: Float64Array.from(x) },
      { type: 'float', values: Float32Array.from(x) },
      { type: 'string', values: Array.from({ length: 9 }, (_, i) => `town ${i % 3}`) },
      { type: 'bool', values: Uint8Array.of(0, 0, 0, 1, 1, 1, 1, 1, 1) },
      { type: 'double', values: Float64Array.of(0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2) },
    ],
  });
});

test('one matrix of all features, row by row; booleans and integers become numbers, null becomes NaN', async () => {
  const { batch } = await run('SELECT id, x, n, n = 1 AS b FROM source', 8, 'matrix');
  expect(batch).toEqual({
    layout: 'matrix',
    rows: 8,
    matrix: Float32Array.from(
      [
        [0, 0, 0],
        [0.25, 1, 1],
        [0.5, 2, 0],
        [0.75, 3, 0],
        [1, 4, 0],
        [1.25, 5, 0],
        [Number.NaN, 6, 0],
        [1.75, 7, 0],
      ].flat(),
    ),
  });
});

test('SQL that gives the rows in another order is paired by id', async () => {
  const { batch } = await run('SELECT id, id * 2 AS twice FROM source ORDER BY hash(id)', 5000);
  expect(batch).toMatchObject({
    columns: [{ values: BigInt64Array.from({ length: 5000 }, (_, i) => 2n * BigInt(1000 + i)) }],
  });
});

test.each([
  '-- first\nFROM source SELECT id, n; -- last',
  '(SELECT id, n FROM source);\n\n/* end */',
  'WITH source AS (SELECT id, n FROM source) SELECT * FROM source',
  'SELECT id, n FROM source WHERE false UNION ALL SELECT id, n FROM source ORDER BY 1',
])('however the SELECT is written: %s', async (sql) => {
  const { batch } = await run(sql, 40);
  expect(batch).toMatchObject({ columns: [{ values: BigInt64Array.from({ length: 40 }, (_, i) => BigInt(i)) }] });
});

test('the id may be written in capitals, as SQL allows', async () => {
  const { features } = await run('SELECT ID AS "ID", x FROM source', 20);
  expect(features.schema.map(({ name }) => name)).toEqual(['x']);
});

test('an aggregate over many rows of a state table gives the same bits for few and for many rows', async () => {
  const many = await space.parquet(
    'many.parquet',
    "SELECT 'town ' || (range % 3) AS town, random() AS rate FROM range(30000)",
  );
  const sql = 'SELECT id, (SELECT avg(rate) FROM state.many m WHERE m.town = s.town) AS mean FROM source s';
  expect((await run(sql, 20_000, 'columns', { many })).batch.rows).toBe(20_000);
});

test('several batches, the last one small, through one sandbox', async () => {
  const features = await open('SELECT id, n FROM source');
  for (const rows of [5000, 3, 4097, 1]) {
    const batch = await compute(features, rows);
    expect(batch).toMatchObject({
      rows,
      columns: [{ values: BigInt64Array.from({ length: rows }, (_, i) => BigInt(i % 50)) }],
    });
  }
  features.close();
});

test('fitted tables are joined, also as of a time', async () => {
  const rates = await space.parquet(
    'rates.parquet',
    "SELECT 'town ' || (range % 2) AS town, TIMESTAMP '2001-01-01' + range * INTERVAL 10 HOUR AS t, range / 10 AS rate FROM range(6)",
  );
  const sql = `SELECT s.id, coalesce(r.rate, -1) AS rate, (SELECT max(rate) FROM state.rates) AS top
    FROM source AS s ASOF LEFT JOIN state.rates AS r ON s.town = r.town AND s.t > r.t`;
  const { batch, features } = await run(sql, 40, 'columns', { rates });
  const expected = Array.from({ length: 40 }, (_, hour) => {
    const steps = [0, 1, 2, 3, 4, 5].filter((step) => step % 2 === hour % 3 && step * 10 < hour);
    return steps.length === 0 ? -1 : (steps.at(-1) ?? 0) / 10;
  });
  expect(batch).toMatchObject({
    columns: [{ values: Float64Array.from(expected) }, { values: new Float64Array(40).fill(0.5) }],
  });
  expect(features.rawColumns.map(({ name }) => name)).toEqual(['id', 't', 'town']);
});

describe('the raw columns that are needed', () => {
  test.each([
    ['SELECT id, x FROM source', ['id', 'x']],
    ['SELECT id, n FROM (SELECT * FROM source)', ['id', 'n']],
    ['SELECT * EXCLUDE (t, town) FROM source', ['id', 't', 'x', 'n', 'town']],
    ["SELECT id, COLUMNS('^(x|n)$') FROM source", ['id', 'x', 'n']],
    ['SELECT town, id, hour(t) AS h FROM source', ['id', 't', 'town']],
  ])('%s', async (sql, expected) => {
    const features = await open(sql);
    expect(features.rawColumns.map(({ name }) => name)).toEqual(expected);
    features.close();
  });

  test('SELECT * sees the raw columns and nothing beside them', async () => {
    const features = await open('SELECT * EXCLUDE (t) FROM source');
    expect(features.schema.map(({ name }) => name)).toEqual(['x', 'n', 'town']);
    features.close();
    expect((await userError(() => open('SELECT id, rowid AS r FROM source'))).message).toContain('rowid');
  });
});

describe('refused: columns', () => {
  test.each([
    ['SELECT id, late FROM source', 'uses late, which is hidden from it'],
    ['SELECT id,\n  s.delay + 1 AS d FROM source s', 'line 2, uses delay, which is hidden'],
    ['SELECT id, x FROM source WHERE late', 'uses late, which is hidden'],
    ['WITH a AS (SELECT id, delay FROM source) SELECT * FROM a', 'uses delay, which is hidden'],
    ['SELECT x FROM source', 'does not give the id column id'],
    ['SELECT id FROM source', 'gives no feature'],
    ['SELECT id, x, n AS X FROM source', 'gives two columns called X'],
    ['SELECT id::BIGINT AS id, x FROM source', 'gives the id column id as BIGINT, but the raw rows have INTEGER'],
    ['SELECT id,\n  xx FROM source', 'line 2: Binder Error: Referenced column "xx" not found'],
    ['SELECT id, wibble(x) AS y FROM source', 'wibble'],
    ['SELECT id, t FROM source', 'the feature t is of type TIMESTAMP, which no model input takes'],
    ['SELECT id, [x] AS l FROM source', 'the feature l is of type DOUBLE[]'],
    ['SELECT id, {a: x} AS l FROM source', 'the feature l is of type STRUCT'],
    ['SELECT id, n::HUGEINT AS l FROM source', 'the feature l is of type HUGEINT'],
    ["SELECT * FROM 'raw.parquet'", 'reads raw.parquet'],
  ])('%s', async (sql, message) => {
    expect((await userError(() => open(sql))).message).toContain(message);
  });

  test('the hidden column is explained', async () => {
    const error = await userError(() => open('SELECT id, late FROM source'));
    expect(error.message).toContain("the label or known only later, so a prediction can't see it");
  });

  test('a text where the model takes one tensor of numbers', async () => {
    const error = await userError(() => run('SELECT id, town FROM source', 10, 'matrix'));
    expect(error.message).toContain('the feature town is text');
  });

  test('a null where the model input has none', async () => {
    const error = await userError(() => run('SELECT id, CASE WHEN n <> 3 THEN n END AS m FROM source', 10));
    expect(error.message).toContain('the feature m is null for the id 1003');
  });

  test('an expression that fails on a row', async () => {
    const error = await userError(() => run('SELECT id, town::INTEGER AS m FROM source', 10));
    expect(error.message).toContain(
      "features.sql failed on these rows: Conversion Error: Could not convert string 'town 0'",
    );
  });
});

describe('refused: ids that do not pair', () => {
  test.each([
    ['SELECT id, x FROM source WHERE n <> 3', 'of 100 rows, 2 missing; first ids: 1003, 1053'],
    ['SELECT id, x FROM source LIMIT 10', 'of 100 rows, 90 missing; first ids: 1010'],
    ['SELECT id, x FROM source UNION ALL SELECT id, x FROM source WHERE n < 1', '2 given again; first ids: 1000, 1050'],
    [
      'SELECT id + 1 AS id, x FROM source',
      '1 missing, 1 with an id that is null or not among the rows; first ids: 1100',
    ],
    ['SELECT CASE WHEN n > 0 THEN id END AS id, x FROM source', '2 missing, 2 with an id that is null'],
    ['SELECT s.id, v FROM source s, unnest([1, 2]) AS u(v)', '100 given again'],
  ])('%s', async (sql, message) => {
    const error = await userError(() => run(sql, 100));
    expect(error.message).toContain('gives ids that do not pair with the rows of source');
    expect(error.message).toContain(message);
  });
});

describe('refused: features that depend on other rows', () => {
  test.each([
    ['SELECT id, avg(x) OVER () AS m FROM source', 'm'],
    ['SELECT id, n, row_number() OVER (ORDER BY id) AS r FROM source', 'r'],
    [
      'SELECT id, n, lag(n) OVER (ORDER BY id) IS NULL AS first, lead(id, 1, 0) OVER (ORDER BY id) AS l FROM source',
      'first, l',
    ],
    ['SELECT id, (SELECT count(*) FROM source) AS c FROM source', 'c'],
    ['SELECT id, n - (SELECT max(n) FROM source) AS c FROM source', 'c'],
    ['SELECT id, n, id IN (SELECT id FROM source LIMIT 50) AS chosen FROM source', 'chosen'],
    ['SELECT s.id, count(*) AS c FROM source s JOIN source o ON s.town = o.town GROUP BY s.id', 'c'],
  ])('%s', async (sql, names) => {
    for (const rows of sql.includes('count(*) FROM source') ? [2, 300, 5000] : [300, 5000]) {
      const error = await userError(() => run(sql, rows));
      expect(error.message).toMatch(new RegExp(`features? ${names} of a row depends? on other rows`));
      expect(error.message).toMatch(/first for the id \d{4,}\)/);
      expect(error.fix).toContain('state/');
    }
  });

  test('a difference between -0 and 0 is one, NaN and null are equal to themselves', async () => {
    await expect(
      run('SELECT id, x, -x AS y, CASE WHEN n = 0 THEN -0.0::DOUBLE ELSE x END AS z FROM source', 5000),
    ).resolves.toBeDefined();
    const sql =
      'SELECT id, CASE WHEN (SELECT count(*) FROM source) > 100 THEN -0.0::DOUBLE ELSE 0.0::DOUBLE END AS z FROM source';
    expect((await userError(() => run(sql, 300))).message).toContain('the feature z of a row depends on other rows');
  });

  test('in a matrix too', async () => {
    const error = await userError(() => run('SELECT id, x, avg(n) OVER () AS m FROM source', 300, 'matrix'));
    expect(error.message).toContain('the feature m of a row');
  });
});

test('a damaged state table', async () => {
  const path = await space.parquet('state.parquet', 'SELECT range AS a, random() AS b FROM range(1000)');
  const bytes = readFileSync(path);
  space.write('cut.parquet', bytes.subarray(0, bytes.length - 50));
  const error = await userError(() => open('SELECT id, x FROM source', { rates: `${space.root}/cut.parquet` }));
  expect(error.message).toContain("the fitted table state.rates can't be read");
});

test('a table that is joined ASOF without an equality, by few rows and by one, as by many', async () => {
  // As a fitted table is written: sorted, and with a column that DuckDB's sum() gives.
  const path = await space.parquet(
    'until.parquet',
    `SELECT TIMESTAMP '2001-01-01' + range * INTERVAL 1 DAY AS day, sum(range) AS rate, max(range::INTEGER) AS worst FROM range(600) GROUP BY ALL ORDER BY ALL`,
  );
  const sql =
    'SELECT s.id, u.rate::DOUBLE AS rate, town AS place, id > 9 AS big FROM source s ASOF LEFT JOIN state.u ON s.t > u.day';
  for (const rows of [1, 20, 300]) {
    const { batch } = await run(sql, rows, 'columns', { u: path });
    const wanted = Array.from({ length: rows }, (_, i) => (i === 0 ? Number.NaN : Math.floor((i - 1) / 24)));
    expect(batch).toMatchObject({ columns: [{ values: Float64Array.from(wanted) }, {}, {}] });
  }
});
