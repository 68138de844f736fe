import { existsSync } from 'node:fs';
import { cp, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readArtifactFolder } from '#lib/artifact/folder.ts';
import { headCommit, userName } from '#lib/git.ts';
import { workflowRun } from '#lib/workflow-run.ts';
import type { World } from '#lib/world.ts';
import { asPlaceError } from '#lib/write.ts';
import { UserError } from '#registry/error.ts';
import type { Training } from '#registry/evidence/training.ts';
import type { TrainRecipe } from '#registry/model.ts';
import type { Run, RunPurpose } from '#registry/run.ts';
import { requireUnchanged, takeSnapshot } from './changes.ts';
import { collectOutputs } from './collect.ts';
import { findProgram } from './command.ts';
import { completeArtifact } from './complete.ts';
import { type Amendments, assembleTraining } from './evidence.ts';
import { inputDigest } from './input-digest.ts';
import type { Prepared } from './prepared.ts';
import { allowedVariables, pathOf, programEnvironment } from './program-environment.ts';
import { runProgram } from './run-program.ts';
import { newRunName, RESULTS, runsFolder, thisProcess, writeRun } from './runs.ts';

/** One training of prepared inputs. */
export interface TrainingRequest extends Amendments {
  prepared: Prepared;
  params: TrainRecipe['params'];
  seed: number;
  purpose: RunPurpose;
  /** The run that it is made for; null for one that stands for itself. */
  of: string | null;
  /** Its own name; a new one where none is given. */
  name?: string;
  /** Do not mind files of the repository that change while the program runs. */
  allowChanges: boolean;
}

/** A run that succeeded: its folder holds `artifact/`, `training.json`, `run.json` and `log.txt`. */
export interface TrainedRun {
  name: string;
  folder: string;
  training: Training;
}

/**
 * Runs the training program once and keeps the run, however it ends. The artifact and its evidence appear only where
 * every step went well; else run.json says why not.
 */
export async function trainOnce(request: TrainingRequest, world: World): Promise<TrainedRun> {
  const { root, model, recipe } = request.prepared.resolved;
  const name = request.name ?? newRunName(world.now());
  const folder = join(runsFolder(root, model.name), name);
  const started = world.now();
  const workflow = workflowRun(world.env);
  const run: Run = {
    schema: 'tiltyard/run/1',
    run: name,
    model: model.name,
    task: model.task,
    state: 'running',
    why: null,
    purpose: request.purpose,
    of: request.of,
    params: request.params,
    seed: request.seed,
    command: recipe.run,
    commit: await headCommit(root),
    input_digest: requestDigest(request),
    digest: null,
    metrics: {},
    reported: {},
    started_at: started.toISOString(),
    seconds: null,
    by: workflow?.actor ?? (await userName(root)),
    process: thisProcess(),
    workflow,
  };
  await writeRun(folder, run);
  const seconds = () => (world.now().getTime() - started.getTime()) / 1000;
  try {
    const training = await train(request, run, folder, seconds, world);
    const { artifact, validation, reported } = training;
    const ended = { state: 'succeeded', process: null, seconds: seconds() } as const;
    await writeRun(folder, {
      ...run,
      ...ended,
      digest: artifact.digest,
      metrics: validation?.metrics ?? {},
      reported,
    });
    return { name, folder, training };
  } catch (cause) {
    const error = world.signal.aborted ? cause : asPlaceError(cause, folder);
    const state = world.signal.aborted ? 'interrupted' : 'failed';
    const why = world.signal.aborted ? 'It was interrupted.' : error instanceof Error ? error.message : String(error);
    for (const half of RESULTS) await rm(join(folder, half), { recursive: true, force: true });
    // Where even this can't be written, the disk is what the error is about.
    await writeRun(folder, { ...run, state, why, process: null, seconds: seconds() }).catch(() => {});
    throw error;
  }
}

/** The input digest of one training. */
export function requestDigest({ prepared, params, seed, otherSeeds }: TrainingRequest): string {
  return inputDigest({ ...prepared.resolved.inputs, params, seed, seeds: 1 + otherSeeds.length });
}

async function train(
  request: TrainingRequest,
  run: Run,
  folder: string,
  seconds: () => number,
  world: World,
): Promise<Training> {
  const { prepared } = request;
  const { root } = prepared.resolved;
  const work = join(prepared.folder, '..', run.run);
  await mkdir(work);
  try {
    const out = await runIn(work, request, join(folder, 'log.txt'), run.run, world);
    const made = join(work, 'artifact');
    await cp(join(prepared.folder, 'artifact'), made, { recursive: true });
    const reported = await collectOutputs(out, made);
    const completed = await completeArtifact(prepared, made, request, world);
    const artifact = await readArtifactFolder(made, 'the trained artifact');
    const training = await assembleTraining(
      { request, run, completed, artifact, reported, root, seconds: seconds() },
      request,
    );
    if (training.verification?.reproduced === false) throw notReproduced(training.verification);
    world.signal.throwIfAborted();
    await rename(made, join(folder, 'artifact'));
    await writeFile(join(work, 'training.json'), `${JSON.stringify(training, null, 1)}\n`);
    await rename(join(work, 'training.json'), join(folder, 'training.json'));
    return training;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** Runs the program in a clean folder; returns the folder of its outputs. */
async function runIn(
  work: string,
  { prepared, params, seed, allowChanges }: TrainingRequest,
  log: string,
  mark: string,
  world: World,
): Promise<string> {
  const { root, model, recipe, argv, files, program } = prepared.resolved;
  const place = (name: string) => join(work, name);
  await cp(program, place('program'), { recursive: true });
  for (const name of ['out', 'home', 'tmp']) await mkdir(place(name));
  await writeFile(place('params.json'), `${JSON.stringify(params)}\n`);
  const original = join(root, 'models', model.name);
  // What is installed beside the program is not copied, and found all the same.
  const installed = join(original, 'node_modules');
  if (existsSync(installed)) await symlink(installed, place('program/node_modules'), 'junction');
  const [first = '', ...rest] = argv;
  const file = await findProgram(first, [place('program'), original], pathOf(world.env));
  const places = {
    train: join(prepared.folder, 'train.parquet'),
    params: place('params.json'),
    out: place('out'),
    home: place('home'),
    temporary: place('tmp'),
  };
  const given = [...files, places.train, join(prepared.folder, 'validation.parquet')];
  const before = await takeSnapshot(root, given);
  world.progress(`running ${recipe.run}`);
  await runProgram(
    {
      argv: [file, ...rest],
      command: recipe.run,
      folder: place('program'),
      original,
      env: { ...allowedVariables(recipe.env, world.env), ...programEnvironment(world.env, places, seed) },
      mark,
      limits: recipe.limits,
      log,
      onLine: (line) => world.print(`  ${line}`),
    },
    world.signal,
  );
  if (!allowChanges) requireUnchanged(before, await takeSnapshot(root, given), root);
  return place('out');
}

function notReproduced({ tolerance, metrics }: NonNullable<Training['verification']>): UserError {
  const rule = Object.keys(metrics).length === 0 ? 'and there are no validation rows' : `within ${tolerance}`;
  return new UserError(`training again gave another artifact, and other metrics on the validation rows (${rule})`, {
    fix: 'Have the program draw by $TILTYARD_SEED alone and use one thread; or say in train.tolerance what you can live with.',
  });
}
