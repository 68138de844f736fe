import { readFile, stat } from 'node:fs/promises';
import { ChildStopped } from '#lib/child/child.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import type { Proposed } from '#registry/evidence/evaluation.ts';
import type { Where } from '#registry/judge/context.ts';
import type { Model } from '#registry/model.ts';
import { parseModel, policyText } from '#registry/parse-model.ts';
import { policyDigest } from '#registry/policy-digest.ts';
import type { Benchmark, BenchmarkReader } from './benchmark.ts';
import { measureTask } from './measure-task.ts';
import { type Scores, slicesOf } from './task.ts';

/** The model as a change proposes it: its policy is measured besides, and decides nothing. */
export interface Proposal {
  model: Model;
  where: Where;
}

/** What is larger is not even read: the file may be a stranger's. The reader of documents takes less; in bytes. */
const LARGEST = 1_000_000;

/**
 * Reads the model.yaml that a change proposes; null where its policy is the one that decides anyway. One that nobody can read
 * or that is about something else is told of, and keeps nothing from being evaluated.
 * @throws UserError where there is no such file.
 */
export async function loadProposal(path: string, model: Model, world: World): Promise<Proposal | null> {
  const file = await stat(path).catch(() => null);
  if (file?.isFile() !== true) {
    throw new UserError(`there is no file ${path}, which should be the proposed model.yaml`, {
      fix: 'Give --proposed the file that training left beside its artifact, or leave it out.',
    });
  }
  try {
    if (file.size > LARGEST) throw notProposed(`${path} has more than ${LARGEST} bytes`);
    const proposed = parseModel(await readFile(path, 'utf8'), `models/${model.name}/model.yaml`);
    if (proposed.model.name !== model.name || proposed.model.task !== model.task)
      throw notProposed(`${path} is about another model, or another task`);
    return policyText(proposed.model) === policyText(model) ? null : proposed;
  } catch (error) {
    return notMeasured(error, world);
  }
}

/** Whatever a stranger's policy asks for must not keep the one that decides from being held against its evidence. */
function notMeasured(error: unknown, world: World): null {
  world.signal.throwIfAborted();
  if (!(error instanceof UserError) && !(error instanceof ChildStopped)) throw error;
  world.error(`The proposed policy is not measured: ${error.message}`);
  return null;
}

const notProposed = (what: string) => new UserError(what, { fix: 'Give the model.yaml of the same model.' });

interface Measured {
  /** As the base has it; on its data. */
  model: Model;
  benchmark: Benchmark;
  scores: Scores;
  /** Both versions are one artifact. */
  identical: boolean;
}

/** Measures what a proposed policy asks for, on the rows and predictions that are there; null where it can't be. */
export async function measureProposed(
  proposed: Model,
  { benchmark, identical, model, scores }: Measured,
  reader: BenchmarkReader,
  world: World,
): Promise<Proposed | null> {
  const { evaluate } = proposed;
  world.progress('the proposed policy');
  try {
    const columns = [...(evaluate.slices?.columns ?? []), ...evaluate.protected];
    const by = { ...benchmark, slices: await reader.slices(columns) };
    const asked = { ...model, evaluate };
    const settings = { confidence: evaluate.confidence, seed: evaluate.seed, identical };
    const slices = slicesOf({ model: asked, benchmark: by });
    const measured = await measureTask({ model: asked, benchmark: by, scores, slices, settings }, world);
    const { comparisons, fairness, slice_columns, slices: found } = measured;
    const { confidence } = evaluate;
    return { policy_digest: policyDigest(proposed), confidence, comparisons, slices: found, slice_columns, fairness };
  } catch (error) {
    return notMeasured(error, world);
  }
}
