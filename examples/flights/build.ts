import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { globSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

/** How one version is made. */
export interface Recipe {
  /** Files of training rows; a glob is fine. */
  data: string;
  /** Path of features.sql. */
  features: string;
  /** Folder of the SQL of the fitted tables. */
  state: string;
  /** The training program, run with Node. */
  train: string;
  params: Record<string, unknown>;
  seed: number;
  /** A flight counts as predicted late from this probability on. */
  threshold: number;
}

export interface BuildOptions {
  /** Hears what is being done, and each line that the training program prints. */
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

/** Text as an SQL literal. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/**
 * Builds a version into the folder `out`: fits the state tables, makes the training features, runs the training program
 * and writes what an artifact consists of. The folder appears when it is complete; an aborted build leaves nothing.
 */
export async function build(recipe: Recipe, out: string, options: BuildOptions = {}): Promise<void> {
  await mkdir(join(out, '..'), { recursive: true });
  const work = await mkdtemp(`${out}.building-`);
  const artifact = join(work, 'artifact');
  const program = join(work, 'program');
  const files = globSync(recipe.data).sort();
  try {
    await mkdir(join(artifact, 'state'), { recursive: true });
    await mkdir(program);
    options.onLine?.('fitting the state tables, computing features');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const training = await makeFeatures(connection, recipe, files, artifact, join(work, 'train.parquet'));
    connection.closeSync();
    instance.closeSync();
    options.signal?.throwIfAborted();

    await writeFile(join(work, 'params.json'), JSON.stringify(recipe.params));
    await run(recipe.train, options, {
      TILTYARD_DATA_TRAIN: join(work, 'train.parquet'),
      TILTYARD_PARAMS: join(work, 'params.json'),
      TILTYARD_SEED: String(recipe.seed),
      TILTYARD_OUT: program,
    });
    await copyFile(join(program, 'model.onnx'), join(artifact, 'model.onnx'));
    await copyFile(recipe.features, join(artifact, 'features.sql'));
    const description = {
      schema: 'tiltyard/artifact/1',
      model: 'flight-delay',
      task: 'binary_classification',
      classes: ['0', '1'],
      threshold: recipe.threshold,
      output: 'probabilities',
      training: { ...training, digest: await digest(files), ids: 'training-ids.parquet' },
    };
    await writeFile(join(artifact, 'artifact.json'), `${JSON.stringify(description, null, 2)}\n`);
    await rm(out, { recursive: true, force: true });
    await rename(artifact, out);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Writes the fitted tables and the training features; returns how many rows there are and their time span. */
async function makeFeatures(
  connection: DuckDBConnection,
  recipe: Recipe,
  files: string[],
  artifact: string,
  to: string,
): Promise<{ rows: number; start: string; end: string }> {
  const rows = `read_parquet([${files.map(literal).join(', ')}])`;
  await connection.run('CREATE SCHEMA state');
  // The fitted tables may count labels; features.sql may not see them.
  await connection.run(`CREATE VIEW source AS SELECT * FROM ${rows}`);
  for (const file of (await readdir(recipe.state)).sort()) {
    const table = file.replace(/\.sql$/, '');
    await connection.run(`CREATE TABLE state.${table} AS ${await readFile(join(recipe.state, file), 'utf8')}`);
    await connection.run(
      `COPY state.${table} TO ${literal(join(artifact, 'state', `${table}.parquet`))} (COMPRESSION zstd)`,
    );
  }
  await connection.run(`CREATE OR REPLACE VIEW source AS SELECT * EXCLUDE (late, delay) FROM ${rows}`);
  await connection.run(`
    COPY (
      SELECT features.*, raw.late, raw.date
      FROM (${await readFile(recipe.features, 'utf8')}) AS features
      JOIN ${rows} AS raw USING (flight_id)
      ORDER BY flight_id
    ) TO ${literal(to)} (COMPRESSION zstd)`);
  // A sample of the ids' hashes, the smallest ones: evaluation proves by it that no benchmark row was trained on.
  await connection.run(`
    COPY (SELECT DISTINCT md5_number_lower(flight_id::VARCHAR) AS hash FROM ${rows} ORDER BY hash LIMIT 131072)
    TO ${literal(join(artifact, 'training-ids.parquet'))} (COMPRESSION zstd)`);
  const span = await connection.runAndReadAll(
    `SELECT count(*), strftime(min(date), '%Y-%m-%dT%H:%M:%SZ'), strftime(max(date), '%Y-%m-%dT%H:%M:%SZ') FROM ${rows}`,
  );
  const [count, start, end] = span.getRows()[0];
  return { rows: Number(count), start: String(start), end: String(end) };
}

/** Runs a program with these variables and no others; its last words are the error if it fails. */
async function run(program: string, { onLine, signal }: BuildOptions, env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, [program], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(signal && { signal }),
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    // An abort is an error too, but its child is gone only when it is closed.
    child.once('error', (error) => signal?.aborted || reject(error));
    child.once('close', resolve);
  });
  let last = '';
  child.stderr.on('data', (text) => {
    last = `${last}${text}`.slice(-2000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => onLine?.(line));
  const status = await ended;
  signal?.throwIfAborted();
  if (status !== 0) throw new Error(`${program} ended with status ${status}: ${last}`);
}

/** sha256 of the training data: a single file's own; of several, that of the list of theirs. */
async function digest(files: string[]): Promise<string> {
  const each = await Promise.all(files.map(async (file) => sha256(await readFile(file))));
  return each.length === 1 ? each[0] : sha256(each.map((one) => `${one}\n`).join(''));
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

if (import.meta.main) {
  // `node build.ts <folder>`: builds the version that models/flight-delay describes.
  const { candidateRecipe } = await import('./recipes.ts');
  await build(await candidateRecipe(), process.argv[2] ?? 'build', { onLine: (line) => console.log(line) });
}
