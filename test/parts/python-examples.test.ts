import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { identifier, literal, openDatabase } from '#lib/data/duckdb.ts';
import { openPredictor } from '#lib/onnx/predictor.ts';
import { Artifact } from '#registry/artifact.ts';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import { Training } from '#registry/evidence/training.ts';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { prepare } from '../../examples/flights/prepare.ts';
import { root as repository } from '../contract/source.ts';
import { testWorld } from '../fixtures/world.ts';
import { python } from './python.ts';

/**
 * How far ONNX's probabilities may lie from the library's own. The features are single precision on both sides and a
 * split sends them the same way; but ONNX adds the hundred leaves of a row in single precision, the libraries in double.
 * A hundred sums near 1 lose at most 100 × 2^-24 = 6e-6 of the score, and a probability moves at most a quarter of that.
 */
const TOLERANCE = 1.5e-6;
const PARAMS = { trees: 100, learning_rate: 0.1, leaves: 31, l2: 1, rows: 60_000 };
const SEED = 7;
/** Two threads that wait for each other are slower than one where something else runs. */
const ONE_THREAD = { OMP_NUM_THREADS: '1' };

const Native = z.strictObject({ predictions: z.array(z.number()), metrics: z.record(z.string(), z.number()) });

let root: string;
const model = (name: string, file: string) => join(root, 'models', name, file);

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flights-python-'));
  await cp(join(repository, 'examples/flights-python'), root, {
    recursive: true,
    filter: (path) => !/\/(\.tiltyard|__pycache__)$/.test(path),
  });
  const data = join(root, '.tiltyard/data');
  await prepare({ folder: data, months: [1, 4] });
  // A twentieth of April, with an airport that nobody flew from in January.
  await query(`COPY (SELECT * REPLACE (if(flight_id % 1000 = 0, 'ZZZ', origin) AS origin)
    FROM '${data}/flights-2001-04.parquet' WHERE flight_id % 20 = 0) TO '${data}/april.parquet'`);
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe.each(['flight-delay-sklearn', 'flight-delay-lightgbm'])('%s', (name) => {
  let evaluation: Evaluation;

  beforeAll(async () => {
    const path = model(name, 'model.yaml');
    const document = parse(await readFile(path, 'utf8'));
    document.data.train.uri = '.tiltyard/data/flights-2001-01.parquet';
    document.data.benchmark.uri = '.tiltyard/data/april.parquet';
    document.train.params = PARAMS;
    document.train.seed = SEED;
    document.train.env = Object.keys(ONE_THREAD);
    // So that the program gets all the rows that tiltyard features gives.
    document.train.validation = { share: 0 };
    await writeFile(path, stringify(document));
    await tiltyard('train', '--model', name, '--verify', '--out', join(root, 'build', name));
    const evidence = join(root, `${name}.json`);
    const given = ['--candidate', join(root, 'build', name, 'artifact'), '--evidence', evidence];
    await tiltyard('evaluate', '--model', name, ...given, '--summary', join(root, 'summary.md'), '--fail-on', 'never');
    evaluation = Evaluation.parse(JSON.parse(await readFile(evidence, 'utf8')));
  });

  it('gives the same bytes when it is trained again', async () => {
    const training = Training.parse(JSON.parse(await readFile(join(root, 'build', name, 'training.json'), 'utf8')));
    expect(training.verification).toMatchObject({ same_digest: true, reproduced: true });
    expect(Object.keys(training.lineage.environment.lock_files)).toContain('requirements.txt');
    expect(training.lineage.environment.python).toMatch(/^3\./);
  });

  it('predicts in ONNX what the library itself predicts, and is evaluated as scikit-learn would', async () => {
    const artifact = join(root, 'build', name, 'artifact');
    const rows = join(root, `${name}.parquet`);
    const features = await writeFeatures(artifact, rows);
    const program = join(repository, 'test/parts/python-examples.py');
    const params = join(root, 'params.json');
    await writeFile(params, JSON.stringify(PARAMS));
    await tiltyard('features', '--model', name, '--out', join(root, 'features', name));
    const data = join(root, 'features', name, 'train.parquet');
    const argv = [program, model(name, 'train.py'), data, params, String(SEED), rows];
    const { stdout } = await execa(python(), argv, { env: { ...ONE_THREAD, PYTHONDONTWRITEBYTECODE: '1' } });
    const native = Native.parse(JSON.parse(stdout));

    const description = Artifact.parse(JSON.parse(await readFile(join(artifact, 'artifact.json'), 'utf8')));
    const predictor = await openPredictor({
      model: await readFile(join(artifact, 'model.onnx')),
      artifact: description,
      features: features.map(({ name: column, type }) => ({ name: column, type })),
    });
    const predictions = await predictor.predict(
      features.map(({ items }) => ({ items, validity: null })),
      native.predictions.length,
    );
    await predictor.release();
    expect(native.predictions.length).toBeGreaterThan(20_000);
    const worst = native.predictions.reduce(
      (most, value, row) => Math.max(most, Math.abs(value - predictions[row])),
      0,
    );
    console.log(`${name}: ${native.predictions.length} rows, largest difference ${worst.toExponential(1)}`);
    expect(worst).toBeLessThan(TOLERANCE);

    expect(evaluation.benchmark.rows).toBe(native.predictions.length);
    for (const metric of ['roc_auc', 'log_loss']) {
      const found = evaluation.comparisons.find((one) => one.metric === metric && one.slice === null);
      expect(Math.abs((found?.candidate.value ?? Number.NaN) - native.metrics[metric]), metric).toBeLessThan(1e-5);
    }
  });
});

/** Runs a command as a user does whose virtual environment is active. */
async function tiltyard(...argv: string[]): Promise<void> {
  const world = testWorld(root, { ...ONE_THREAD, PATH: `${dirname(python())}:${process.env['PATH']}` });
  const commands = {
    train: () => import('../../actions/train/main.ts'),
    features: () => import('../../actions/cli/features.ts'),
    evaluate: () => import('../../actions/evaluate/main.ts'),
  };
  const status = await runCommandLine([...argv, '--root', root], commands, world);
  expect(status, [...world.printed, ...world.errors].join('\n')).toBe(0);
}

async function query(...statements: string[]): Promise<Record<string, unknown[]>> {
  const database = await openDatabase({ temporary: join(root, 'duckdb') });
  try {
    for (const statement of statements.slice(0, -1)) await database.connection.run(statement);
    const result = await database.connection.runAndReadAll(statements.at(-1) ?? '');
    return result.getColumnsObjectJS();
  } finally {
    database.close();
  }
}

/** Computes the features of April's rows by the artifact's own SQL and tables, with nothing of Tiltyard in between. */
async function writeFeatures(artifact: string, to: string) {
  const sql = await readFile(join(artifact, 'features.sql'), 'utf8');
  const tables = sql.includes('state.') ? ['origin_rates'] : [];
  await query(
    'CREATE SCHEMA state',
    ...tables.map((table) => `CREATE TABLE state.${table} AS FROM ${literal(`${artifact}/state/${table}.parquet`)}`),
    `CREATE TABLE source AS FROM ${literal(join(root, '.tiltyard/data/april.parquet'))}`,
    `COPY (SELECT f.* EXCLUDE flight_id, s.late FROM (${sql}) AS f JOIN source AS s USING (flight_id)
      ORDER BY flight_id) TO ${literal(to)}`,
  );
  const described = await query(`SELECT column_name AS name, column_type AS type FROM (DESCRIBE FROM ${literal(to)})`);
  const columns = described['name'].map((name, i) => ({
    name: String(name),
    words: described['type'][i] === 'VARCHAR',
  }));
  const wanted = columns.filter(({ name }) => name !== 'late');
  const casts = wanted.map(({ name, words }) =>
    words ? identifier(name) : `coalesce(${identifier(name)}::FLOAT, 'NaN') AS ${identifier(name)}`,
  );
  const values = await query(`SELECT ${casts.join(', ')} FROM ${literal(to)}`);
  return wanted.map(({ name, words }) =>
    words
      ? { name, type: 'string' as const, items: values[name].map(String) }
      : { name, type: 'float' as const, items: Float32Array.from(values[name].map(Number)) },
  );
}
