import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepare } from '../../examples/flights/prepare.ts';

const model = join(import.meta.dirname, '../../examples/flights/models/flight-delay');
let folder: string;
let connection: DuckDBConnection;

/** Fits the state tables on `training` and gives the features of `rows`, both SQL over the table `january`. */
async function features(training: string, rows: string): Promise<Map<number, unknown[]>> {
  await connection.run('DROP SCHEMA IF EXISTS state CASCADE; CREATE SCHEMA state');
  await connection.run(`CREATE OR REPLACE VIEW source AS ${training}`);
  for (const file of await readdir(join(model, 'state'))) {
    const select = await readFile(join(model, 'state', file), 'utf8');
    await connection.run(`CREATE TABLE state.${file.replace('.sql', '')} AS ${select}`);
  }
  await connection.run(`CREATE OR REPLACE VIEW source AS ${rows}`);
  const result = await connection.runAndReadAll(await readFile(join(model, 'features.sql'), 'utf8'));
  return new Map(result.getRowsJS().map(([id, ...values]) => [Number(id), values]));
}

async function ids(where: string): Promise<number[]> {
  const result = await connection.runAndReadAll(`SELECT flight_id FROM january WHERE ${where}`);
  return result.getRowsJS().map(([id]) => Number(id));
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flights-'));
  const [january] = await prepare({ folder, months: [1] });
  const instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  await connection.run(
    `CREATE TABLE january AS SELECT * EXCLUDE delay FROM '${january.path}' WHERE origin IN ('SFO', 'BOS', 'ABQ')`,
  );
});

afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true });
});

describe('the features of the example', () => {
  it('of a training row do not know the labels of its own day or of later ones', async () => {
    const all = 'SELECT * FROM january';
    const before = await features(all, all);
    const after = await features(
      "SELECT * REPLACE (IF(date >= '2001-01-15', 1 - late, late) AS late) FROM january",
      all,
    );
    const until = await ids("date < '2001-01-16'");
    const later = await ids("date >= '2001-01-16'");
    expect(until.length).toBeGreaterThan(1000);
    for (const id of until) expect(after.get(id)).toEqual(before.get(id));
    // The labels do count for the days after: the check above can fail.
    expect(later.filter((id) => String(after.get(id)) === String(before.get(id)))).toEqual([]);
  });

  it('after the training window take the last rates that were fitted, smoothed as the SQL says', async () => {
    const given = await features("SELECT * FROM january WHERE date < '2001-01-08'", 'SELECT * FROM january');
    const result = await connection.runAndReadAll(`
      SELECT count(*) FILTER (origin = 'ABQ'), sum(late) FILTER (origin = 'ABQ'), avg(late)
      FROM january WHERE date < '2001-01-08'`);
    const [flights, late, overall] = result.getRowsJS()[0].map(Number);
    const rates = new Set((await ids("origin = 'ABQ' AND date >= '2001-01-08'")).map((id) => given.get(id)?.[4]));
    expect([...rates]).toEqual([expect.closeTo((late + 50 * overall) / (flights + 50), 12)]);
  });

  it('are missing, not invented, where nothing was seen before', async () => {
    const given = await features("SELECT * FROM january WHERE origin <> 'ABQ'", 'SELECT * FROM january');
    for (const id of await ids("origin = 'ABQ'"))
      expect([given.get(id)?.[4], given.get(id)?.[6]]).toEqual([null, null]);
    const [first] = await ids("date < '2001-01-02' AND origin = 'SFO'");
    expect(given.get(first)?.slice(4)).toEqual([null, null, null]);
  });

  it('are one row each, in the order that features.sql names', async () => {
    const given = await features('SELECT * FROM january', "SELECT * FROM january WHERE date < '2001-01-03'");
    const wanted = await ids("date < '2001-01-03'");
    expect([...given.keys()].sort((a, b) => a - b)).toEqual(wanted.sort((a, b) => a - b));
    for (const values of given.values()) expect(values).toHaveLength(7);
  });

  it('can be extended as README.md proposes', async () => {
    const all = 'SELECT * FROM january';
    const before = await features(all, all);
    const readme = await readFile(join(model, '../../README.md'), 'utf8');
    const [table, asofJoin] = [...readme.matchAll(/```sql\n([^]*?)```/g)].map(([, block]) => block);
    await connection.run(`CREATE OR REPLACE VIEW source AS ${all}; CREATE TABLE state.slot_rates AS ${table}`);
    const sql = await readFile(join(model, 'features.sql'), 'utf8');
    const extended = `${sql.replace('r.rate AS route_rate', 'r.rate AS route_rate, t.rate AS slot_rate')} ${asofJoin}`;
    const result = await connection.runAndReadAll(extended);
    const rows = result.getRowsJS();
    expect(rows).toHaveLength(before.size);
    expect(rows.filter((row) => row[8] !== null).length).toBeGreaterThan(0.7 * rows.length);
    for (const row of rows) expect(row.slice(1, 8)).toEqual(before.get(Number(row[0])));
  });
});
