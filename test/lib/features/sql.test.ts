import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openSandbox } from '#lib/data/duckdb.ts';
import { validateSql } from '#lib/features/sql.ts';
import { userError, useWorkspace } from '../data/workspace.ts';

const space = useWorkspace();
let sandbox: Database;
beforeAll(async () => {
  sandbox = await openSandbox(space.options);
});
afterAll(() => sandbox.close());

const validate = (sql: string, columns = ['id', 'x']) =>
  validateSql(sandbox.connection, sql, { name: 'features.sql', states: ['rates'], columns });

describe('allowed', () => {
  test.each([
    'SELECT id, x FROM source',
    'FROM source SELECT id, x;',
    '-- a comment\nSELECT id, x FROM source -- another',
    'SELECT s.id, r.rate FROM source AS s LEFT JOIN state.rates AS r ON s.x = r.x',
    'SELECT s.id, r.rate FROM source s ASOF LEFT JOIN STATE.Rates r ON s.x >= r.x',
    'WITH a AS (SELECT * FROM source), b AS (SELECT * FROM a) SELECT * FROM b',
    'WITH source AS (SELECT * FROM source WHERE true) SELECT * FROM source',
    'SELECT id, (SELECT max(rate) FROM state.rates r WHERE r.x = s.x) AS top FROM source s',
    'SELECT id, x FROM source UNION ALL SELECT id, x FROM source',
    'WITH RECURSIVE up AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM up WHERE n < 3) SELECT id, n FROM source, up',
    'SELECT id, list_transform([x, 1], y -> y + 1)[1] AS z FROM source',
    'SELECT id, v FROM source, unnest([1, 2]) AS t(v)',
    'SELECT id, n FROM source CROSS JOIN range(3) AS t(n)',
    "SELECT id, CASE WHEN x > 0 THEN ln(x) END AS l, hour(TIMESTAMP '2001-01-01') AS h FROM source",
    'SELECT * EXCLUDE (x) FROM source WINDOW w AS (ORDER BY x)',
    "SELECT id, age(TIMESTAMP '2001-01-01', TIMESTAMP '2000-01-01')::VARCHAR AS a FROM source",
  ])('%s', async (sql) => {
    await expect(validate(sql)).resolves.toBeUndefined();
  });

  test('a raw column may be called as a special name is', async () => {
    await expect(validate('SELECT id, user FROM source', ['id', 'user'])).resolves.toBeUndefined();
  });
});

describe('refused, with line and column', () => {
  test.each([
    ["SELECT id\nFROM 'data/x.parquet'", 'line 2, column 6, reads data/x.parquet'],
    ["SELECT * FROM read_csv('/etc/passwd')", 'line 1, column 15, reads from read_csv()'],
    ["SELECT id, (SELECT count(*) FROM read_text('/etc/passwd')) FROM source", 'reads from read_text()'],
    ["WITH a AS (SELECT * FROM glob('*')) SELECT * FROM a", 'reads from glob()'],
    ["SELECT * FROM query('SELECT 1')", 'reads from query()'],
    ["SELECT * FROM query_table('source')", 'reads from query_table()'],
    ['SELECT * FROM duckdb_settings()', 'reads from duckdb_settings()'],
    ['SELECT * FROM duckdb_settings', 'reads duckdb_settings'],
    ['SELECT * FROM information_schema.tables', 'reads information_schema.tables'],
    ['SELECT * FROM tiltyard.batch', 'reads tiltyard.batch'],
    ['SELECT * FROM memory.main.source', 'reads memory.main.source'],
    ['SELECT * FROM main.source', 'reads main.source'],
    ['SELECT * FROM state.other', 'reads state.other'],
    ['SELECT * FROM (WITH a AS (SELECT 1) SELECT * FROM a), a', 'reads a,'],
    ['SELECT id, random() AS r FROM source', 'line 1, column 12, uses random()'],
    ['SELECT id,\n  now() AS t FROM source', 'line 2, column 3, uses now()'],
    ['SELECT id, current_date AS t FROM source', 'uses current_date'],
    ['SELECT id, CURRENT_TIMESTAMP AS t FROM source', 'uses current_timestamp'],
    ["SELECT id, 'ä' AS u, uuid() AS t FROM source", 'line 1, column 22, uses uuid()'],
    ["SELECT id, nextval('s') AS t FROM source", 'uses nextval()'],
    ['SELECT id, ago(INTERVAL 1 DAY) AS t FROM source', 'uses ago()'],
    ["SELECT id, age(TIMESTAMP '2001-01-01')::VARCHAR AS a FROM source", 'uses age()'],
    ["SELECT id, current_setting('threads') AS t FROM source", 'uses current_setting()'],
    ['SELECT id, x FROM source ORDER BY random()', 'uses random()'],
    ['SELECT id, x FROM source USING SAMPLE 10%', 'takes a sample'],
    ['SELECT id, x FROM source TABLESAMPLE 10%', 'takes a sample'],
    ['SELECT id, $1 AS p FROM source', 'holds a parameter'],
    ['SELECT id, ? AS p FROM source', 'holds a parameter'],
    ['SELECT 1; SELECT 2', 'holds 2 statements'],
    ['', 'is empty'],
    ['-- nothing', 'is empty'],
    ['SELECT id,\n  FROM FROM source', 'line 2, column 8, is not SQL'],
    ["COPY source TO 'x.csv'", 'is not a SELECT'],
    ["SELECT 1; COPY source TO 'x.csv'", 'is not a SELECT'],
    ['CREATE TABLE t AS SELECT 1', 'is not a SELECT'],
    ['INSERT INTO source SELECT 1', 'is not a SELECT'],
    ["ATTACH 'x.db'", 'is not a SELECT'],
    ['INSTALL httpfs', 'is not a SELECT'],
    ['SET threads = 8', 'is not a SELECT'],
    ['PRAGMA database_list', 'is not a SELECT'],
    ['PIVOT source ON x USING sum(id)', 'is not a SELECT'],
    ['SELECT * FROM (PIVOT source ON x USING sum(id))', 'is not a SELECT'],
    ['DESCRIBE source', 'describes tables'],
    ['SHOW TABLES', 'describes tables'],
    ['SUMMARIZE source', 'describes tables'],
    ['EXPLAIN SELECT * FROM source', 'is not a SELECT'],
  ])('%s', async (sql, message) => {
    const error = await userError(() => validate(sql));
    expect(error.message).toContain('features.sql');
    expect(error.message).toContain(message);
  });

  test('a state table that is nearly right names the right one', async () => {
    expect((await userError(() => validate('SELECT * FROM state.rate'))).fix).toBe('Is state.rates meant?');
  });
});
