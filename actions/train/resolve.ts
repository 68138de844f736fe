import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { locate } from '#lib/data/files.ts';
import { digestFile } from '#lib/digest-file.ts';
import { loadDataLock } from '#lib/load-data-lock.ts';
import { fetchData } from '#lib/store/fetch-data.ts';
import type { World } from '#lib/world.ts';
import { checkPin } from '#registry/data-lock.ts';
import { UserError } from '#registry/error.ts';
import type { Dataset, Model, TrainRecipe } from '#registry/model.ts';
import { sha256 } from '#registry/sha256.ts';
import { findProgram, splitCommand } from './command.ts';
import { environmentOf } from './environment.ts';
import { inputDigest, type TrainInputs } from './input-digest.ts';
import { allowedVariables, pathOf } from './program-environment.ts';
import { copyProgram } from './program-files.ts';
import { readSources, type Sources } from './sources.ts';

/** Everything that a training is made from, found and digested; nothing has run yet. */
export interface Resolved {
  root: string;
  model: Model;
  recipe: TrainRecipe;
  dataset: Dataset;
  /** The files of the training data. */
  files: string[];
  sources: Sources;
  inputs: TrainInputs;
  digest: string;
  /** `train.run` in words. */
  argv: string[];
  /** A copy of the program, as it was when it was digested. */
  program: string;
}

/** What of a run can be asked for beside what model.yaml says. */
export interface Asked {
  params?: TrainRecipe['params'];
  seed?: number;
  seeds?: number;
}

/**
 * Finds the inputs of a training and digests them. `work` is an empty folder below the repository's root, which gets a
 * copy of the program: what was digested is what will run, whatever is edited meanwhile.
 */
export async function resolveInputs(
  root: string,
  model: Model,
  work: string,
  world: World,
  { params, seed, seeds = 1 }: Asked = {},
): Promise<Resolved> {
  const { recipe, dataset } = requireRecipe(model);
  const folder = join(root, 'models', model.name);
  const sources = await readSources(
    join(folder, model.features),
    join('models', model.name, model.features),
    join(folder, 'state'),
  );
  const argv = splitCommand(recipe.run);
  const program = join(work, 'program');
  await mkdir(program, { recursive: true });
  const copied = await copyProgram(folder, model.features, program);
  const path = pathOf(world.env);
  const file = await findProgram(argv[0] ?? '', [program, folder], path);
  const variables = allowedVariables(recipe.env, world.env);
  await fetchData(dataset.uri, root, world);
  const { files } = locate(dataset.uri, { root, format: dataset.format });
  world.progress(`digesting ${dataset.uri}`);
  const data = await digestData(files, world.signal);
  checkPin(await loadDataLock(root, model.name), 'train', { uri: dataset.uri, digest: data }, model.name);
  const list: string[] = [];
  for (const name of copied) list.push(`${(await digestFile(join(program, name))).sha256}  ${name}\n`);
  const inputs: TrainInputs = {
    model,
    recipe,
    data,
    features: {
      sql: sha256(sources.features.sql),
      state: Object.fromEntries(Object.entries(sources.state).map(([name, sql]) => [name, sha256(sql)])),
    },
    program: { command: recipe.run, digest: sha256(list.join('')), files: copied.length },
    params: params ?? recipe.params,
    seed: seed ?? recipe.seed,
    seeds,
    environment: await environmentOf(file, { root, folder, path, variables, container: containerOf(world.env) }),
  };
  return { root, model, recipe, dataset, files, sources, inputs, digest: inputDigest(inputs), argv, program };
}

function requireRecipe(model: Model): { recipe: TrainRecipe; dataset: Dataset } {
  const { train: recipe } = model;
  const { train: dataset } = model.data;
  if (recipe !== undefined && dataset !== undefined) return { recipe, dataset };
  const missing = recipe === undefined ? 'train' : 'data.train';
  throw new UserError(`models/${model.name}/model.yaml declares no ${missing}`, {
    fix: recipe === undefined ? 'Say there what to run: train: { run: … }.' : 'Declare there which rows to train on.',
  });
}

/** No program can tell which image it runs in, so whoever starts the container says it in its environment. */
function containerOf(env: World['env']): string | null {
  const given = env['TILTYARD_CONTAINER'];
  if (given === undefined || given === '') return null;
  if (/^sha256:[0-9a-f]{64}$/.test(given)) return given;
  throw new UserError('the variable TILTYARD_CONTAINER is no digest of an image', {
    fix: 'Give it as sha256: and 64 hexadecimal digits, as `docker image inspect` shows it, or leave it out.',
  });
}

/** As `datasetDigest`, without holding up whoever wants to interrupt it. */
async function digestData(files: readonly string[], signal: AbortSignal): Promise<string> {
  const digests: string[] = [];
  for (const file of files) {
    digests.push((await digestFile(file)).sha256);
    signal.throwIfAborted();
  }
  const [only] = digests;
  return digests.length === 1 && only !== undefined ? only : sha256(digests.map((digest) => `${digest}\n`).join(''));
}
