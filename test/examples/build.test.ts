import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { build, type Recipe } from '../../examples/flights/build.ts';
import { rocAuc } from '../../examples/flights/models/flight-delay/quality.ts';
import { prepare } from '../../examples/flights/prepare.ts';
import { candidateRecipe, championRecipe } from '../../examples/flights/recipes.ts';
import { Artifact } from '../../registry/artifact.ts';
import { Model } from '../../registry/model.ts';

let folder: string;
const lines: string[] = [];

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

/** The candidate's recipe on January alone, small enough for a test. */
async function small(data = join(folder, 'flights-2001-01.parquet')): Promise<Recipe> {
  const recipe = await candidateRecipe();
  return { ...recipe, data, params: { ...recipe.params, trees: 15, rows: 60_000 } };
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flights-'));
  await prepare({ folder, months: [1, 4] });
  await build(await small(), join(folder, 'real'), { onLine: (line) => lines.push(line) });
});

afterAll(() => rm(folder, { recursive: true }));

describe('building a version of the example', () => {
  it('learns from the labels: with the real ones it ranks April, with others it does not', async () => {
    const noise = join(folder, 'noise.parquet');
    await query(`COPY (SELECT * REPLACE ((hash(flight_id) % 5 = 0)::INTEGER AS late) FROM {jan}) TO '${noise}'`);
    await build(await small(noise), join(folder, 'noise'));
    expect(await aprilAuc(join(folder, 'real'))).toBeGreaterThan(0.63);
    expect(Math.abs((await aprilAuc(join(folder, 'noise'))) - 0.5)).toBeLessThan(0.04);
  });

  it('writes an artifact that its document describes, the same on each run', async () => {
    const [first, second] = [join(folder, 'real'), join(folder, 'again')];
    await build(await small(), second);
    const files = (await readdir(first, { recursive: true })).sort();
    expect(files).toEqual([
      'artifact.json',
      'features.sql',
      'model.onnx',
      'state',
      'state/destination_rates.parquet',
      'state/origin_rates.parquet',
      'state/route_rates.parquet',
      'training-ids.parquet',
    ]);
    const same = ['artifact.json', 'model.onnx'].map(async (file) =>
      (await readFile(join(first, file))).equals(await readFile(join(second, file))),
    );
    expect(await Promise.all(same)).toEqual([true, true]);
    const artifact = Artifact.parse(JSON.parse(await readFile(join(first, 'artifact.json'), 'utf8')));
    expect(artifact.training).toMatchObject({
      rows: 508_239,
      start: '2001-01-01T00:01:00.000Z',
      end: '2001-01-31T23:57:00.000Z',
    });
    expect(artifact.threshold).toBe(0.25);
    expect(lines[1]).toMatch(/^[56]\d,\d{3} rows, 7 features: hour, round_minute, weekday, distance, origin_rate/);
  });

  it('leaves nothing where it is interrupted or where the program fails', async () => {
    const controller = new AbortController();
    const interrupted = build(await small(), join(folder, 'never', 'a'), {
      signal: controller.signal,
      onLine: (line) => line.includes('rows') && controller.abort(new Error('stop')),
    });
    await expect(interrupted).rejects.toThrow('stop');
    const recipe = await small();
    const failing = build({ ...recipe, train: join(folder, 'missing.ts') }, join(folder, 'never', 'b'));
    await expect(failing).rejects.toThrow(/missing\.ts ended with status 1: [^]*Error/);
    expect(await readdir(join(folder, 'never'))).toEqual([]);
  });
});

describe('the example’s documents', () => {
  it('hold to the schema, and the champion’s recipe has the parameters that the candidate’s has', async () => {
    const file = join(import.meta.dirname, '../../examples/flights/models/flight-delay/model.yaml');
    const model = Model.parse(parse(await readFile(file, 'utf8')));
    const champion = await championRecipe();
    expect(model.name).toBe('flight-delay');
    expect(Object.keys(champion.params).sort()).toEqual(Object.keys(model.train?.params ?? {}).sort());
  });
});
