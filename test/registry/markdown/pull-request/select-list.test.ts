import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { selectList } from '#registry/markdown/pull-request/select-list.ts';
import { root } from '../../../contract/source.ts';

const source =
  'CREATE TABLE source (id INTEGER, date TIMESTAMP, distance INTEGER, origin VARCHAR, "Odd ""name" INTEGER)';
let database: DuckDBInstance;
beforeAll(async () => {
  database = await DuckDBInstance.create(':memory:');
  const connection = await database.connect();
  await connection.run(source);
  connection.closeSync();
});
afterAll(() => database.closeSync());

const read = [
  'SELECT id, distance FROM source',
  'select s.id, s.distance as Miles, from source as s;',
  'SELECT id, "Odd ""name", distance AS "two words" FROM source',
  "SELECT id, 'a, b -- c' || origin AS x /* , y */, -- , z\n distance FROM source",
  'WITH a AS (SELECT id, date FROM source), b AS (SELECT 1 AS one) SELECT id, hour(date) + minute(date) / 60 AS hour FROM a, b',
  'FROM source SELECT id, distance AS d WHERE distance > 3',
  'SELECT id, (SELECT max(distance) FROM source) AS longest, CASE WHEN id > 1 THEN 1 ELSE 2 END AS c FROM source',
  'SELECT id, origin IS NOT DISTINCT FROM NULL AS blank, [id, 2] AS list, {a: id} AS struct FROM source',
  'SELECT id, extract(year FROM date) AS year, (distance % 5 = 0)::INTEGER AS round FROM source',
  'SELECT id, sum(distance) OVER w AS far, count(*) FILTER (WHERE id > 0) OVER (PARTITION BY origin ORDER BY date) AS n FROM source WINDOW w AS (ORDER BY date) QUALIFY n > 0 ORDER BY id LIMIT 3',
  'SELECT id, main.source.distance FROM main.source',
];

describe('selectList', () => {
  it.each(read)('finds the columns that DuckDB gives of %s', async (sql) => {
    const connection = await database.connect();
    const names = (await connection.run(sql)).columnNames();
    connection.closeSync();
    expect(selectList(sql)?.columns.map(({ name }) => name)).toEqual(names);
  });

  it.each([
    ['a star', 'SELECT * FROM source'],
    ['a star of one table', 'SELECT s.*, 1 AS x FROM source AS s'],
    ['a star without some', 'SELECT * EXCLUDE (date) FROM source'],
    ['columns by a pattern', "SELECT min(COLUMNS('d.*')) AS x FROM source"],
    ['a structure that is unpacked', 'SELECT unnest({a: 1, b: 2}) AS x'],
    ['a set operation', 'SELECT id FROM source UNION ALL SELECT id FROM source'],
    ['a column without a name', 'SELECT id, hour(date) FROM source'],
    ['a column called without AS', 'SELECT id, hour(date) h FROM source'],
    ['a cast without a name', 'SELECT id::BIGINT FROM source'],
    ['a prefixed name', 'SELECT x: id FROM source'],
    ['two columns of one name', 'SELECT id, distance AS ID FROM source'],
    ['rows that are distinct', 'SELECT DISTINCT id FROM source'],
    ['no SELECT', 'FROM source'],
    ['a string with escapes', "SELECT e'\\', id AS x --' AS y FROM source"],
    ['a string between dollars', 'SELECT $$ a, b $$ AS x FROM source'],
    ['comments in comments', 'SELECT id, /* a /* b */ c AS d, */ distance FROM source'],
    ['two statements', 'SELECT id FROM source; SELECT 1 AS a'],
    ['a bracket that does not close', 'SELECT (id AS x FROM source'],
    ['a bracket that does not open', 'SELECT id) AS x FROM source'],
    ['a string that does not end', "SELECT 'id AS x FROM source"],
    ['a comment that does not end', 'SELECT id /* AS x FROM source'],
    ['nothing', ''],
  ])('knows that it does not know %s', (_, sql) => {
    expect(selectList(sql)).toBeNull();
  });

  it('reads what the example has', () => {
    const text = readFileSync(join(root, 'examples/flights/models/flight-delay/features.sql'), 'utf8');
    expect(selectList(text)?.columns.map(({ name }) => name)).toEqual(
      'flight_id hour round_minute weekday distance origin_rate destination_rate route_rate'.split(' '),
    );
  });

  it('takes what is only written otherwise for the same', () => {
    const one = selectList('SELECT id, hour(date) AS h FROM source WHERE id > 1');
    expect(
      selectList('-- Hours.\nselect ID ,\n  Hour( date )  as h, /* x */\nfrom SOURCE where id>1;\n'),
    ).toMatchObject({
      columns: [{ expression: 'id' }, { expression: one?.columns[1]?.expression }],
      rest: one?.rest,
    });
    expect(selectList("SELECT 'A' AS a")).not.toEqual(selectList("SELECT 'a' AS a"));
  });

  it('S15 reads any text in time, without an exception', () => {
    const piece = fc.constantFrom(
      "'",
      '"',
      '(',
      ')',
      '[',
      '/*',
      '*/',
      '--',
      '\n',
      ' ',
      ',',
      'SELECT ',
      ' AS ',
      'a',
      '.',
      '$',
      'é',
      ';',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(piece, { maxLength: 60 }).map((all) => all.join('')),
        ),
        (text) => {
          expect(selectList(text)?.columns.length ?? 1).toBeGreaterThan(0);
        },
      ),
      { numRuns: 500, seed: 7 },
    );
    for (const unit of ["'", '"', '(', '/*', '* ', '--', '-- \n', "''", 'e', 'a,', 'a AS b,', 'SELECT '])
      selectList(`SELECT ${unit.repeat(1_000_000 / unit.length)}`);
  });
});
