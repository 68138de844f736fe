import type { Limits } from '#lib/child/child.ts';
import type { World } from '#lib/world.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import type { Model } from '#registry/model.ts';
import { alignedScores } from './align.ts';
import { startReader } from './benchmark.ts';
import { assemble } from './evidence.ts';
import { type FlipList, listFlips } from './flip-list.ts';
import { measureLatency } from './measure-latency.ts';
import { measureTask } from './measure-task.ts';
import { openBoth, type Running } from './predict.ts';
import { measureProposed } from './proposed.ts';
import { rawData, runAll, stopBoth } from './run.ts';
import type { Subjects } from './subjects.ts';
import { slicesOf } from './task.ts';

export interface EvaluateRequest {
  model: Model;
  /** As a change proposes it, where that is another policy. */
  proposed: Model | null;
  subjects: Subjects;
  /** Root of the user's repository. */
  root: string;
  limits: Limits;
  latency: boolean;
  major: boolean;
}

export interface Evaluated {
  evidence: Evaluation;
  /** Examples of flipped rows, by id; null where there are none to tell. */
  flips: FlipList | null;
}

/** Runs both versions over the benchmark and measures all that the policy and the reader may ask for. Writes nothing. */
export async function evaluate(request: EvaluateRequest, world: World): Promise<Evaluated> {
  const { model, subjects, limits, root } = request;
  const { seed, confidence } = model.evaluate;
  const clock = stopwatch(world);
  const circumstances = { data: await rawData(model, root, world), seed, limits, world };
  world.progress('opening both versions');
  const reader = startReader(limits, world.signal);
  let running: Running | null = null;
  try {
    running = await openBoth(subjects, circumstances);
    const ran = await runAll(model, subjects, circumstances, running, reader);
    clock.lap('predict');
    const { benchmark } = ran;
    const scores = alignedScores(model, ran.candidate, ran.champion, benchmark.rows);
    const settings = { confidence, seed, identical: subjects.identical };
    const slices = slicesOf({ model, benchmark });
    const { examples, ...measurements } = await measureTask({ model, benchmark, scores, slices, settings }, world);
    clock.lap('measure');
    const flips = examples.length === 0 ? null : await listFlips(examples, reader);
    const { latency, proposed } = request;
    const asked = { model, benchmark, scores, identical: subjects.identical };
    const besides = proposed === null ? null : await measureProposed(proposed, asked, reader, world);
    if (proposed !== null) clock.lap('proposed');
    const timed =
      latency && ran.candidate.stopped === null
        ? await measureLatency(subjects, circumstances, confidence)
        : { latency: null, stopped: null };
    if (latency) clock.lap('latency');
    const parts = { model, subjects, root, major: request.major, ran, measurements };
    return { evidence: await assemble({ ...parts, timed, proposed: besides, seconds: clock.seconds }, world), flips };
  } finally {
    if (running !== null) stopBoth(running);
    reader.stop();
  }
}

function stopwatch(world: World) {
  const seconds: Record<string, number> = {};
  let last = world.now().getTime();
  return {
    seconds,
    lap(name: string) {
      const now = world.now().getTime();
      seconds[name] = (now - last) / 1000;
      last = now;
    },
  };
}
