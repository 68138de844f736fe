import { headCommit } from '#lib/git.ts';
import { versions } from '#lib/versions.ts';
import type { World } from '#lib/world.ts';
import { Evaluation, type Proposed, type Subject } from '#registry/evidence/evaluation.ts';
import type { Model } from '#registry/model.ts';
import { policyDigest } from '#registry/policy-digest.ts';
import type { Benchmark } from './benchmark.ts';
import { dataFindings, outputFindings } from './data-findings.ts';
import type { Timed } from './measure-latency.ts';
import type { Predicted } from './predict.ts';
import type { Ran } from './run.ts';
import { type Subjects, versionsOf } from './subjects.ts';
import type { Measurements } from './task.ts';
import { candidatesJudged } from './wear.ts';

/** All that evidence is put together from. */
export interface Parts {
  model: Model;
  subjects: Subjects;
  root: string;
  major: boolean;
  ran: Ran;
  measurements: Omit<Measurements, 'examples'>;
  timed: Timed;
  proposed: Proposed | null;
  /** Seconds of each step. */
  seconds: Record<string, number>;
}

/** Puts the evidence together. Its own schema holds it too: better none than one that its readers refuse. */
export async function assemble({ model, subjects, root, ran, ...parts }: Parts, world: World): Promise<Evaluation> {
  const { benchmark, candidate, champion } = ran;
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
    declared_major: parts.major,
    ...parts.measurements,
    proposed: parts.proposed,
    data_findings: [
      ...findings(model, subjects, benchmark, world),
      ...outputFindings(champion === null ? [candidate] : [candidate, champion], parts.timed.stopped),
    ],
    timing: {
      measured_at: world.now().toISOString(),
      seconds: parts.seconds,
      latency: parts.timed.latency,
      peak_memory_bytes: { champion: champion?.peak ?? null, candidate: candidate.peak },
    },
  };
  return Evaluation.parse(evidence);
}

function findings(model: Model, subjects: Subjects, benchmark: Benchmark, world: World) {
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
    seed_noise: description.training.seed_noise,
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
