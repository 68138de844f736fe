import { spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

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
}

export interface BuildOptions {
  /** Hears what is being done, and each line that the training program prints. */
  onLine?: (line: string) => void;
  signal?: AbortSignal;
}

/** Where Tiltyard is checked out: around this example, unless the workflow has put it elsewhere. */
const TILTYARD = resolve(process.env['TILTYARD'] ?? join(import.meta.dirname, '..', '..'));

/**
 * Builds a version into the folder `out`: Tiltyard fits the state tables and computes the training features, the training
 * program adds the model. The folder appears when it is complete; an aborted build leaves nothing.
 */
export async function build(recipe: Recipe, out: string, options: BuildOptions = {}): Promise<void> {
  await mkdir(join(out, '..'), { recursive: true });
  const work = await mkdtemp(`${out}.building-`);
  const made = join(work, 'made');
  const program = join(work, 'program');
  try {
    options.onLine?.('fitting the state tables, computing features');
    const { data, features, state } = recipe;
    const given = { model: 'flight-delay', root: import.meta.dirname, data, features, state, out: made };
    const argv = Object.entries(given).flatMap(([name, value]) => [`--${name}`, value]);
    const { signal } = options;
    await run([join(TILTYARD, 'actions', 'main.ts'), 'features', ...argv], signal === undefined ? {} : { signal }, {});
    await mkdir(program);
    await writeFile(join(work, 'params.json'), JSON.stringify(recipe.params));
    await run([recipe.train], options, {
      TILTYARD_DATA_TRAIN: join(made, 'train.parquet'),
      TILTYARD_PARAMS: join(work, 'params.json'),
      TILTYARD_SEED: String(recipe.seed),
      TILTYARD_OUT: program,
    });
    await copyFile(join(program, 'model.onnx'), join(made, 'artifact', 'model.onnx'));
    await rm(out, { recursive: true, force: true });
    await rename(join(made, 'artifact'), out);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Runs a program of Node with these variables and no others; its last words are the error if it fails. */
async function run(argv: string[], { onLine, signal }: BuildOptions, env: Record<string, string>): Promise<void> {
  const child = spawn(process.execPath, argv, { env, stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal }) });
  const ended = new Promise<number | null>((done, fail) => {
    // An abort is an error too, but its child is gone only when it is closed.
    child.once('error', (error) => signal?.aborted || fail(error));
    child.once('close', done);
  });
  let last = '';
  child.stderr.on('data', (text) => {
    last = `${last}${text}`.slice(-2000);
  });
  createInterface({ input: child.stdout }).on('line', (line) => onLine?.(line));
  const status = await ended;
  signal?.throwIfAborted();
  if (status !== 0) throw new Error(`${argv[0]} ended with status ${status}: ${last}`);
}

if (import.meta.main) {
  // `node build.ts <folder>`: builds the version that models/flight-delay describes.
  const { candidateRecipe } = await import('./recipes.ts');
  await build(await candidateRecipe(), process.argv[2] ?? 'build', { onLine: (line) => console.log(line) });
}
