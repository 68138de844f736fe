import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Limits } from '#lib/child/child.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import { type FinishedRuns, scoreBefore } from './finished-runs.ts';
import { prepareInputs } from './prepared.ts';
import { primaryMetric } from './primary.ts';
import type { Resolved } from './resolve.ts';
import { newRunName } from './runs.ts';
import type { SeedValue } from './spread.ts';
import { requireSearchable, type Search, searchParams } from './sweep.ts';
import { thresholdMetric } from './threshold.ts';
import { requestDigest, type TrainedRun, type TrainingRequest, trainOnce } from './train.ts';

/** How thoroughly a model is trained. */
export interface Thoroughness {
  /** Train it again, from the data on, and compare. */
  verify: boolean;
  /** With how many seeds: that of model.yaml, and those that follow it. */
  seeds: number;
  /** Search the listed values of params first; null to take params as they stand. */
  search: Search | null;
  /** Runs of before, which are not trained again for a search or the spread over seeds. */
  finished: FinishedRuns;
  allowChanges: boolean;
  /** Of our own processes, each. */
  limits: Limits;
}

/**
 * Trains a model: the runs with other seeds and the one to compare with come first, since what they say belongs into
 * the evidence of the last one. `work` is where runs may work; it holds the resolved program.
 */
export async function trainModel(
  resolved: Resolved,
  work: string,
  { verify, seeds, search, finished, allowChanges, limits }: Thoroughness,
  world: World,
): Promise<TrainedRun> {
  const { model, inputs } = resolved;
  if (seeds > 1 && resolved.recipe.validation.share === 0) {
    throw new UserError('the spread over seeds is measured on validation rows, and train.validation.share is 0', {
      fix: 'Hold some rows out, or train with one seed.',
    });
  }
  requireSearchable(resolved, search);
  // A parameter that the threshold's metric does not take is told before anything runs.
  thresholdMetric(model);
  const prepared = await prepareInputs(resolved, work, limits, world);
  const name = newRunName(world.now());
  const { seed } = inputs;
  const asked: TrainingRequest = {
    prepared,
    params: inputs.params,
    seed,
    purpose: 'train',
    of: null,
    otherSeeds: [],
    earlier: null,
    sweep: null,
    allowChanges,
  };
  const found = search === null ? {} : await searchParams({ ...asked, name }, search, finished, world);
  const plain: TrainingRequest = { ...asked, ...found };
  const primary = primaryMetric(model).name;
  const otherSeeds: SeedValue[] = [];
  for (let other = seed + 1; other < seed + seeds; other++) {
    const request: TrainingRequest = { ...plain, seed: other, purpose: 'seed', of: name };
    const value = await scoreOf(request, primary, finished, world);
    if (value !== undefined) otherSeeds.push({ seed: other, value });
  }
  if (!verify) return trainOnce({ ...plain, name, otherSeeds }, world);
  const again = join(work, 'again');
  await mkdir(again);
  const before = await prepareInputs(resolved, again, limits, world);
  const request: TrainingRequest = { ...plain, prepared: before, purpose: 'verification', of: name, otherSeeds };
  const { training: earlier } = await trainOnce(request, world);
  return trainOnce({ ...plain, name, otherSeeds, earlier }, world);
}

/** What a run scores by a metric on the validation rows; it is trained where none of before was made of the same inputs. */
async function scoreOf(
  request: TrainingRequest,
  metric: string,
  finished: FinishedRuns,
  world: World,
): Promise<number | undefined> {
  const before = await scoreBefore(finished, requestDigest(request), metric);
  if (before === null) return (await trainOnce(request, world)).training.validation?.metrics[metric];
  world.print(`Seed ${request.seed} is not trained again: ${before.by} was made of the same inputs.`);
  return before.value;
}
