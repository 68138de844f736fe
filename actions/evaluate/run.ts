import { resolve } from 'node:path';
import type { RawData } from '#lib/artifact/raw-data.ts';
import { loadDataLock } from '#lib/load-data-lock.ts';
import type { World } from '#lib/world.ts';
import { checkPin } from '#registry/data-lock.ts';
import { UserError } from '#registry/error.ts';
import type { Model } from '#registry/model.ts';
import type { Benchmark, BenchmarkReader } from './benchmark.ts';
import { type Circumstances, type Predicted, predictOne, type Running } from './predict.ts';
import { type Subjects, versionsOf } from './subjects.ts';

/** The benchmark, and what both versions said of it. */
export interface Ran {
  benchmark: Benchmark;
  candidate: Predicted;
  champion: Predicted | null;
}

/** Reads the benchmark and predicts with both versions, at the same time. */
export async function runAll(
  model: Model,
  subjects: Subjects,
  circumstances: Circumstances,
  running: Running,
  reader: BenchmarkReader,
): Promise<Ran> {
  const { world, data } = circumstances;
  const { time, weight, cluster, label, positive } = model.data;
  const done = { candidate: 0, champion: 0 };
  const progress = (role: 'candidate' | 'champion') => (rows: number) => {
    done[role] = rows;
    world.progress(
      `rows predicted: candidate ${done.candidate.toLocaleString('en')}, champion ${done.champion.toLocaleString('en')}`,
    );
  };
  const sliced = model.evaluate.slices?.columns ?? [];
  const lock = await loadDataLock(data.root, model.name);
  const read = reader.read({
    kind: 'read',
    data,
    task: model.task,
    label,
    positive: positive ?? null,
    classes: classesOf(model, running),
    time: time ?? null,
    weight: weight ?? null,
    cluster: cluster ?? null,
    slices: [...sliced, ...model.evaluate.protected],
    sketches: sketches(subjects),
  });
  const reading = read.then((benchmark) => {
    checkPin(lock, 'benchmark', { ...benchmark, uri: data.dataset.uri }, model.name);
    return benchmark;
  });
  // Nobody waits for predictions on data that are refused.
  reading.catch(() => stopBoth(running));
  const settled = await Promise.allSettled([
    reading,
    predictOne(running.candidate, model.data.benchmark.min_rows ?? 0, progress('candidate'), world),
    running.champion === null ? null : predictOne(running.champion, 0, progress('champion'), world),
  ]);
  world.signal.throwIfAborted();
  // What is wrong with the data comes first: it is the likelier cause of what else went wrong.
  const [benchmark, candidate, champion] = settled;
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  if (benchmark.status === 'rejected' || candidate.status === 'rejected' || champion.status === 'rejected') {
    throw new Error('unreachable: rejected results were thrown above');
  }
  return { benchmark: benchmark.value, candidate: candidate.value, champion: champion.value };
}

/**
 * The classes that labels are coded by. A version that was stopped before it could tell them leaves it to the other one,
 * or to its own description.
 */
function classesOf({ task }: Model, { candidate, champion }: Running): string[] | null {
  const classes =
    candidate.running?.classes ?? champion?.running?.classes ?? candidate.artifact.description.classes ?? null;
  if (classes === null && task === 'multiclass_classification') {
    throw new UserError(`nobody can tell the classes: ${candidate.stopped ?? 'no version names them'}`, {
      fix: 'List `classes` in artifact.json, in the order of the model’s outputs.',
    });
  }
  return classes;
}

/** Ends the processes of both versions; safe to call twice. */
export function stopBoth({ candidate, champion }: Running): void {
  candidate.running?.stop();
  champion?.running?.stop();
}

/** Where the raw rows are, and which of their columns a prediction can't see. */
export async function rawData(model: Model, root: string, world: World): Promise<RawData> {
  const { benchmark, schema, id, label, known_later: later } = model.data;
  return {
    root: resolve(root),
    dataset: benchmark,
    schema,
    id,
    hidden: [label, ...later],
    temporary: await world.temporaryFolder(),
  };
}

function sketches(subjects: Subjects): string[] {
  return versionsOf(subjects).flatMap((artifact) => (artifact.sketch === null ? [] : [artifact.sketch]));
}
