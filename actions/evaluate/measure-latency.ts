import { ChildStopped } from '#lib/child/child.ts';
import type { Latency } from '#registry/evidence/evaluation.ts';
import { type RunningArtifact, runArtifact } from './artifact.ts';
import { type Calls, latency, type TimedPair } from './latency.ts';
import type { Circumstances } from './predict.ts';
import type { NamedArtifact, Subjects } from './subjects.ts';

/** Fresh pairs of processes; the independent unit of the ratio's interval. */
const PAIRS = 6;
/** In each pair the versions take turns this often, so that a slow moment of the machine hits both. */
const ROUNDS = 10;
const SINGLES_A_ROUND = 25;
const BATCHES_A_ROUND = 3;
export const BATCH_ROWS = 1024;

/** Latency, or why there is none. */
export interface Timed {
  latency: Latency | null;
  stopped: string | null;
}

/**
 * Times single rows and batches of both versions, in turns; the model alone, without features.sql. A version that is
 * stopped meanwhile is no error here: there is no latency then, and `stopped` says why.
 */
export async function measureLatency(
  { candidate, champion }: Subjects,
  circumstances: Circumstances,
  confidence: number,
): Promise<Timed> {
  const pairs: TimedPair[] = [];
  try {
    for (let pair = 0; pair < PAIRS; pair++) {
      circumstances.world.progress(`latency ${pair + 1} of ${PAIRS}`);
      pairs.push(await timePair(candidate, champion, circumstances, pair));
    }
  } catch (error) {
    circumstances.world.signal.throwIfAborted();
    if (error instanceof ChildStopped) return { latency: null, stopped: error.message };
    throw error;
  }
  return { latency: latency(pairs, BATCH_ROWS, confidence), stopped: null };
}

async function timePair(
  candidate: NamedArtifact,
  champion: NamedArtifact | null,
  circumstances: Circumstances,
  pair: number,
): Promise<TimedPair> {
  const started: RunningArtifact[] = [];
  const start = async (artifact: NamedArtifact) => {
    const { data, seed, limits, world } = circumstances;
    const running = await runArtifact(artifact, `the ${artifact.role}`, data, { seed, limits, signal: world.signal });
    started.push(running);
    await running.prepare(BATCH_ROWS);
    await running.time(SINGLES_A_ROUND, 1);
    return { running, calls: noCalls() };
  };
  try {
    const one = await start(candidate);
    const other = champion === null ? null : await start(champion);
    for (let round = 0; round < ROUNDS; round++) {
      const turns = other === null ? [one] : (round + pair) % 2 === 0 ? [one, other] : [other, one];
      for (const turn of turns)
        turn.calls = joined(turn.calls, await turn.running.time(SINGLES_A_ROUND, BATCHES_A_ROUND));
    }
    return { candidate: one.calls, champion: other?.calls ?? null };
  } finally {
    for (const running of started) running.stop();
  }
}

function noCalls(): Calls {
  return { single: new Float64Array(0), batch: new Float64Array(0) };
}

function joined(a: Calls, b: Calls): Calls {
  return { single: Float64Array.from([...a.single, ...b.single]), batch: Float64Array.from([...a.batch, ...b.batch]) };
}
