import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadModel } from '#lib/load-model.ts';
import { checkOut } from '../../examples/flights/checkouts.ts';
import { rocAuc } from '../../examples/flights/models/flight-delay/quality.ts';
import { prepare } from '../../examples/flights/prepare.ts';
import { Artifact } from '../../registry/artifact.ts';
import { Training } from '../../registry/evidence/training.ts';
import { trainVersion } from '../fixtures/flights.ts';

let folder: string;

/** Runs SQL; `{jan}` and `{apr}` in it stand for the prepared files. */
async function query(...statements: string[]): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  let rows: unknown[][] = [];
  for (const statement of statements) {
    const sql = statement.replaceAll('{jan}', month(1)).replaceAll('{apr}', month(4));
    rows = (await connection.runAndReadAll(sql)).getRowsJS();
  }
  connection.closeSync();
  instance.closeSync();
  return rows;
}

function month(number: number): string {
  return `'${join(folder, `flights-2001-0${number}.parquet`)}'`;
}

/** roc_auc of a built version on a fiftieth of April's flights, through its own features and tables. */
async function aprilAuc(artifact: string): Promise<number> {
  const tables = (await readdir(join(artifact, 'state'))).map(
    (file) => `CREATE TABLE state.${file.replace('.parquet', '')} AS FROM '${join(artifact, 'state', file)}'`,
  );
  const rows = await query(
    'CREATE SCHEMA state',
    ...tables,
    'CREATE TABLE source AS SELECT * FROM {apr} WHERE flight_id % 50 = 0',
    `SELECT features.* EXCLUDE flight_id, late FROM (${await readFile(join(artifact, 'features.sql'), 'utf8')}) AS features
     JOIN source USING (flight_id) ORDER BY flight_id`,
  );
  const width = rows[0].length - 1;
  const input = Float32Array.from(
    rows.flatMap((row) => row.slice(0, width).map((value) => (value === null ? Number.NaN : Number(value)))),
  );
  const session = await InferenceSession.create(join(artifact, 'model.onnx'), { intraOpNumThreads: 1 });
  const { probabilities } = await session.run({ features: new Tensor('float32', input, [rows.length, width]) });
  const late = Uint8Array.from(rows, (row) => Number(row[width]));
  return rocAuc(
    late,
    Float64Array.from(late, (_, i) => Number(probabilities.data[2 * i + 1])),
  );
}

/** Trains the candidate on January alone, small enough for a test; the run's folder holds artifact and evidence. */
async function small(name: string, train = join(folder, 'flights-2001-01.parquet')): Promise<string> {
  const params = { trees: 15, rows: 60_000 };
  return trainVersion('candidate', join(folder, name), { data: folder, train, params });
}

let real: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flights-'));
  await prepare({ folder, months: [1, 4] });
  real = await small('real');
});

afterAll(() => rm(folder, { recursive: true }));

describe('training a version of the example', () => {
  it('learns from the labels: with the real ones it ranks April, with others it does not', async () => {
    const noise = join(folder, 'noise.parquet');
    await query(`COPY (SELECT * REPLACE ((hash(flight_id) % 5 = 0)::INTEGER AS late) FROM {jan}) TO '${noise}'`);
    const other = await small('noise', noise);
    expect(await aprilAuc(join(real, 'artifact'))).toBeGreaterThan(0.63);
    expect(Math.abs((await aprilAuc(join(other, 'artifact'))) - 0.5)).toBeLessThan(0.04);
  });

  it('writes an artifact that its document describes, the same on each run', async () => {
    const again = await small('again');
    const evidence = async (run: string) =>
      Training.parse(JSON.parse(await readFile(join(run, 'training.json'), 'utf8')));
    const [first, second] = [await evidence(real), await evidence(again)];
    expect((await readdir(join(real, 'artifact'), { recursive: true })).sort()).toEqual([
      'artifact.json',
      'features.sql',
      'model.onnx',
      'state',
      'state/destination_rates.parquet',
      'state/origin_rates.parquet',
      'state/route_rates.parquet',
      'training-ids.parquet',
    ]);
    expect(second.artifact).toEqual(first.artifact);
    // Another checkout, elsewhere: the same inputs, but for the path of the data, which is no part of them.
    expect(second.lineage.input_digest).toBe(first.lineage.input_digest);
    expect(first.lineage.environment.lock_files).toEqual({
      'package-lock.json': expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const artifact = Artifact.parse(JSON.parse(await readFile(join(real, 'artifact', 'artifact.json'), 'utf8')));
    expect(artifact.training).toMatchObject({
      rows: 508_239,
      start: '2001-01-01T00:01:00.000Z',
      end: '2001-01-31T23:57:00.000Z',
    });
    expect(artifact.threshold).toBe(0.25);
    expect(first.validation).toMatchObject({ rows: 50_825, end: '2001-01-31T23:57:00.000Z' });
    expect(first.reported).toMatchObject({ trees: 15 });
    const log = await readFile(join(real, 'log.txt'), 'utf8');
    expect(log).toMatch(/^(59|60),\d{3} rows, 7 features: hour, round_minute, weekday, distance, origin_rate/);
  });
});

describe('the example’s documents', () => {
  it.each(['candidate', 'champion'] as const)('of the %s hold to the schema', async (version) => {
    const root = join(folder, 'documents', version);
    await checkOut(version, root, { data: folder });
    const { model } = await loadModel(root, 'flight-delay');
    expect(model.data.train?.uri).toContain(version === 'champion' ? '2001-01.parquet' : '[1-3]');
    const tables = (await readdir(join(root, 'models', 'flight-delay', 'state'))).sort();
    expect(tables).toEqual(
      version === 'champion' ? ['route_rates.sql'] : ['destination_rates.sql', 'origin_rates.sql', 'route_rates.sql'],
    );
  });
});
