import type { Opened, RawData } from '#lib/artifact/raw-data.ts';
import { ChildStopped, type Limits } from '#lib/child/child.ts';
import type { World } from '#lib/world.ts';
import { type RunningArtifact, runArtifact } from './artifact.ts';
import type { NamedArtifact, Subjects } from './subjects.ts';

/** What became of one version: its predictions, or the reason why its process was stopped. */
export interface Predicted {
  artifact: NamedArtifact;
  /** Null where it was stopped before it could tell. */
  opened: Opened | null;
  /** Row-major, `width` a row; null where it was stopped. */
  score: Float64Array | null;
  peak: number | null;
  stopped: string | null;
}

export interface Running {
  candidate: Opening;
  champion: Opening | null;
}

interface Opening {
  artifact: NamedArtifact;
  running: RunningArtifact | null;
  stopped: string | null;
}

export interface Circumstances {
  data: RawData;
  seed: number;
  limits: Limits;
  world: World;
}

/** Starts both versions, each in a process of its own. A version that is stopped is no error here: the verdict says so. */
export async function openBoth({ candidate, champion }: Subjects, circumstances: Circumstances): Promise<Running> {
  const [first, second] = await Promise.allSettled([
    openOne(candidate, circumstances),
    champion === null ? null : openOne(champion, circumstances),
  ]);
  if (first.status === 'rejected' || second.status === 'rejected') {
    for (const one of [first, second]) if (one.status === 'fulfilled') one.value?.running?.stop();
    throw first.status === 'rejected' ? first.reason : second.status === 'rejected' ? second.reason : undefined;
  }
  return { candidate: first.value, champion: second.value };
}

async function openOne(artifact: NamedArtifact, { data, seed, limits, world }: Circumstances): Promise<Opening> {
  return stoppable<Opening>(
    async () => ({
      artifact,
      running: await runArtifact(artifact, `the ${artifact.role}`, data, { seed, limits, signal: world.signal }),
      stopped: null,
    }),
    (stopped) => ({ artifact, running: null, stopped }),
    world,
  );
}

/** The predictions of one version for every row. Its process ends here. */
export async function predictOne(
  { artifact, running, stopped }: Opening,
  rows: number,
  onRows: (done: number) => void,
  world: World,
): Promise<Predicted> {
  if (running === null) return { artifact, opened: null, score: null, peak: null, stopped };
  const { contract, features, classes, width } = running;
  const opened = { contract, features, classes, width };
  try {
    return await stoppable<Predicted>(
      async () => ({ artifact, opened, ...(await running.predict(rows, onRows)), stopped: null }),
      (reason) => ({ artifact, opened, score: null, peak: null, stopped: reason }),
      world,
    );
  } finally {
    running.stop();
  }
}

async function stoppable<T>(work: () => Promise<T>, otherwise: (reason: string) => T, world: World): Promise<T> {
  try {
    return await work();
  } catch (error) {
    world.signal.throwIfAborted();
    if (error instanceof ChildStopped) return otherwise(error.message);
    throw error;
  }
}
