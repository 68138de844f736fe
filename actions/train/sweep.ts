import { availableParallelism } from 'node:os';
import { ChildStopped } from '#lib/child/child.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import type { Training } from '#registry/evidence/training.ts';
import { listedParams } from '#registry/listed-params.ts';
import { fixed } from '#registry/markdown/number.ts';
import type { TrainRecipe } from '#registry/model.ts';
import { type FinishedRuns, scoreBefore } from './finished-runs.ts';
import { gridOf } from './grid.ts';
import { primaryMetric } from './primary.ts';
import type { Resolved } from './resolve.ts';
import { requestDigest, type TrainingRequest, trainOnce } from './train.ts';

type Params = TrainRecipe['params'];

/** How a search over the listed values of params goes. */
export interface Search {
  /** How many combinations to try; null for all. */
  tries: number | null;
  /** How many at a time; null for as many as there are cores. */
  parallel: number | null;
}

/**
 * Refuses what can't be searched, and a program that would get lists where no search is asked for, before anything runs.
 * @throws UserError
 */
export function requireSearchable({ inputs, recipe }: Resolved, search: Search | null): void {
  const { params, seed } = inputs;
  if (search === null) {
    const names = listedParams(params).map(({ name }) => name);
    if (names.length === 0) return;
    throw new UserError(`train.params lists several values of ${names.join(', ')}, so it is open with which to train`, {
      fix: 'Add --sweep to try them; or write the values that it found best into model.yaml.',
    });
  }
  gridOf(params, search.tries, seed);
  if (recipe.validation.share > 0) return;
  throw new UserError('a search compares on validation rows, and train.validation.share is 0', {
    fix: 'Hold some rows out.',
  });
}

/** One combination, and what became of it. */
interface Tried {
  params: Params;
  value: number | null;
  why: string | null;
}

/**
 * Trains each combination on the same prepared rows and scores it on the validation rows by the primary metric, several
 * at a time. What a run of before was made of is not trained again, so a search that was killed goes on where it was. A
 * try that fails is told and counts as failed. The best one's params, and what the evidence says of all.
 * @throws UserError where all tries fail.
 */
export async function searchParams(
  request: TrainingRequest & { name: string },
  { tries, parallel }: Search,
  finished: FinishedRuns,
  world: World,
): Promise<{ params: Params; sweep: NonNullable<Training['sweep']> }> {
  const { resolved } = request.prepared;
  const { params, seed } = resolved.inputs;
  const metric = primaryMetric(resolved.model);
  const grid = gridOf(params, tries, seed);
  const names = listedParams(params).map(({ name }) => name);
  const tried: Tried[] = [];
  const better = (a: number, b: number) => (metric.better === 'lower' ? a < b : a > b);
  const best = () => {
    const measured = tried.flatMap((one) =>
      one === undefined || one.value === null ? [] : [{ ...one, value: one.value }],
    );
    return measured.reduce<(Tried & { value: number }) | null>(
      (a, b) => (a === null || better(b.value, a.value) ? b : a),
      null,
    );
  };
  let done = 0;
  for (const [index, one] of grid.tries.entries()) {
    const before = await scoreBefore(finished, requestDigest({ ...request, params: one }), metric.name);
    if (before === null) continue;
    tried[index] = { params: one, value: before.value, why: null };
    done++;
  }
  if (done > 0) {
    const which = done === 1 ? 'one is' : `${done} are`;
    world.print(
      `Of ${grid.tries.length} tries ${which} not trained again: runs of before were made of the same inputs (--force trains all).`,
    );
  }
  let next = 0;
  // The lines of several programs at once would tell nobody anything.
  const quiet: World = { ...world, progress: () => {}, print: () => {} };
  const work = async () => {
    while (next < grid.tries.length) {
      const index = next++;
      if (tried[index] !== undefined) continue;
      tried[index] = await tryOne(request, grid.tries[index], metric.name, quiet).catch((error: unknown) => {
        next = grid.tries.length;
        throw error;
      });
      done++;
      const { why } = tried[index];
      if (why !== null) world.print(`✗ ${spell(names, grid.tries[index])}: ${why}`);
      const value = best()?.value;
      const so = value === undefined ? '' : `, best ${metric.name} ${fixed(value, 4)}`;
      world.progress(`${done} of ${grid.tries.length} tries${so}`);
    }
  };
  const workers = Math.min(parallel ?? availableParallelism(), grid.tries.length);
  const ended = await Promise.allSettled(Array.from({ length: workers }, work));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  const found = best();
  if (found === null) {
    throw new UserError(`all ${grid.tries.length} tries failed; the first: ${tried[0].why}`, {
      fix: 'Look into the logs of the runs, below .tiltyard/runs.',
    });
  }
  const results = tried.map(({ params: of, value }) => ({ params: only(names, of), value }));
  const failed = results.filter(({ value }) => value === null).length;
  return {
    params: found.params,
    sweep: { metric: metric.name, of: grid.of, tried: results.length, failed, results },
  };
}

async function tryOne(
  request: TrainingRequest & { name: string },
  params: Params,
  metric: string,
  world: World,
): Promise<Tried> {
  const { name: of, ...plain } = request;
  try {
    const { training } = await trainOnce({ ...plain, params, purpose: 'sweep', of }, world);
    const value = training.validation?.metrics[metric] ?? null;
    return { params, value, why: value === null ? `${metric} is not defined on its validation rows` : null };
  } catch (error) {
    // A bug of ours and an interruption end the search; all else is about this combination.
    const theirs = error instanceof UserError || (error instanceof ChildStopped && error.reason !== 'crash');
    if (!theirs || world.signal.aborted) throw error;
    return { params, value: null, why: error.message };
  }
}

function only(names: readonly string[], params: Params): Params {
  return Object.fromEntries(names.map((name) => [name, params[name]]));
}

function spell(names: readonly string[], params: Params): string {
  return names.map((name) => `${name} ${JSON.stringify(params[name])}`).join(', ');
}
