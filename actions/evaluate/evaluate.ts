import { resolve } from 'node:path';
import type { Limits } from '#lib/child/child.ts';
import { headCommit } from '#lib/git.ts';
import { policyDigest } from '#lib/policy-digest.ts';
import { versions } from '#lib/versions.ts';
import type { World } from '#lib/world.ts';
import { Evaluation, type Subject } from '#registry/evidence/evaluation.ts';
import type { Model } from '#registry/model.ts';
import { alignedScores } from './align.ts';
import { type Benchmark, type BenchmarkReader, startReader } from './benchmark.ts';
import { contractChanges } from './contract.ts';
import { dataFindings, outputFindings } from './data-findings.ts';
import { type FlipList, listFlips } from './flip-list.ts';
import { measureLatency } from './measure-latency.ts';
import { type Circumstances, openBoth, type Predicted, predictOne, type Running } from './predict.ts';
import type { RawData } from './requests.ts';
import type { Subjects } from './subjects.ts';
import { measureTask } from './task.ts';
import { candidatesJudged } from './wear.ts';

export interface EvaluateRequest {
  model: Model;
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
  const clock = stopwatch(world);
  const circumstances: Circumstances = {
    data: await rawData(request, world),
    seed: model.evaluate.seed,
    limits,
    world,
  };
  world.progress('opening both versions');
  const running = await openBoth(subjects, circumstances);
  const reader = startReader(limits, world.signal);
  try {
    const { benchmark, candidate, champion } = await runAll(request, circumstances, running, reader);
    clock.lap('predict');
    const scores = alignedScores(model, candidate, champion, benchmark.rows);
    const settings = {
      confidence: model.evaluate.confidence,
      seed: model.evaluate.seed,
      identical: subjects.identical,
    };
    const { examples, ...measurements } = measureTask({ model, benchmark, scores, settings, onStep: world.progress });
    clock.lap('measure');
    const flips = examples.length === 0 ? null : await listFlips(examples, reader);
    const timed =
      request.latency && candidate.stopped === null
        ? await measureLatency(subjects, circumstances, settings.confidence)
        : null;
    if (request.latency) clock.lap('latency');
    const opened = { candidate: candidate.opened?.contract ?? null, champion: champion?.opened?.contract ?? null };
    const evidence: Evaluation = {
      schema: 'tiltyard/evaluation/1',
      kind: 'evaluation',
      model: model.name,
      task: model.task,
      candidate: subject(candidate),
      champion: champion === null ? null : subject(champion),
      self_test: subjects.identical,
      benchmark: {
        digest: benchmark.digest,
        rows: benchmark.rows,
        clusters: benchmark.clusterCount,
        cluster: model.data.cluster ?? null,
        start: benchmark.start,
        end: benchmark.end,
        candidates_judged: await candidatesJudged(root, model.name, benchmark.digest, subjects.candidate.digest),
      },
      policy_digest: policyDigest(model),
      commit: await headCommit(root),
      seed: model.evaluate.seed,
      confidence: model.evaluate.confidence,
      versions: versions(),
      contract_changes:
        opened.candidate === null || opened.champion === null ? [] : contractChanges(opened.champion, opened.candidate),
      declared_major: request.major,
      ...measurements,
      data_findings: [
        ...findings(request, benchmark, world),
        ...outputFindings(champion === null ? [candidate] : [candidate, champion]),
      ],
      timing: {
        measured_at: world.now().toISOString(),
        seconds: clock.seconds,
        latency: timed,
        peak_memory_bytes: { champion: champion?.peak ?? null, candidate: candidate.peak },
      },
    };
    // Its own schema holds it too: better no evidence than one that its readers refuse.
    return { evidence: Evaluation.parse(evidence), flips };
  } finally {
    running.candidate.running?.stop();
    running.champion?.running?.stop();
    reader.stop();
  }
}

/** Reads the benchmark and predicts with both versions, at the same time. */
async function runAll(
  { model, subjects }: EvaluateRequest,
  circumstances: Circumstances,
  running: Running,
  reader: BenchmarkReader,
): Promise<{ benchmark: Benchmark; candidate: Predicted; champion: Predicted | null }> {
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
  const settled = await Promise.allSettled([
    reader.read({
      kind: 'read',
      data,
      task: model.task,
      label,
      positive: positive ?? null,
      classes: running.candidate.running?.classes ?? null,
      time: time ?? null,
      weight: weight ?? null,
      cluster: cluster ?? null,
      slices: [...sliced, ...model.evaluate.protected],
      sketches: sketches(subjects),
    }),
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

async function rawData({ model, root }: EvaluateRequest, world: World): Promise<RawData> {
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

function versionsOf({ candidate, champion }: Subjects) {
  return champion === null ? [candidate] : [candidate, champion];
}

function sketches(subjects: Subjects): string[] {
  return versionsOf(subjects).flatMap((artifact) => (artifact.sketch === null ? [] : [artifact.sketch]));
}

function findings({ model, subjects }: EvaluateRequest, benchmark: Benchmark, world: World) {
  const overlaps = benchmark.overlaps.values();
  const versionsWithOverlap = versionsOf(subjects).map((artifact) => ({
    artifact,
    overlap: artifact.sketch === null ? null : (overlaps.next().value ?? null),
  }));
  return dataFindings(model, benchmark, versionsWithOverlap, world.now());
}

function subject({ artifact, opened, score }: Predicted): Subject {
  const { description } = artifact;
  return {
    digest: artifact.digest,
    version: artifact.version,
    features_digest: artifact.featuresDigest,
    model_bytes: artifact.modelBytes,
    artifact_bytes: artifact.bytes,
    threshold: description.threshold,
    not_finite: score === null || opened === null ? 0 : countNotFinite(score, opened.width),
    training: { rows: description.training.rows, start: description.training.start, end: description.training.end },
    features: opened?.features ?? [],
    contract: opened?.contract ?? null,
  };
}

/** Rows with at least one output that is NaN or infinite. */
function countNotFinite(score: Float64Array, width: number): number {
  let count = 0;
  let last = -1;
  for (let at = 0; at < score.length; at++) {
    if (Number.isFinite(score[at])) continue;
    const row = Math.floor(at / width);
    if (row !== last) count++;
    last = row;
  }
  return count;
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
