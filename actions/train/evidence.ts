import type { ArtifactFolder } from '#lib/artifact/folder.ts';
import { isModified } from '#lib/git.ts';
import { versions } from '#lib/versions.ts';
import { Training } from '#registry/evidence/training.ts';
import type { TrainRecipe } from '#registry/model.ts';
import type { Run } from '#registry/run.ts';
import type { Completed } from './complete.ts';
import type { Prepared } from './prepared.ts';
import type { SeedValue } from './spread.ts';

/** What other runs of the same inputs say of this one. */
export interface Amendments {
  /** The primary metric of runs with other seeds; empty where none were trained. */
  otherSeeds: readonly SeedValue[];
  /** A run of the same inputs and seed that came before; null where none did. */
  earlier: Training | null;
  /** The search of which this run is the best; null where there was none. */
  sweep: Training['sweep'];
}

export interface TrainingParts {
  request: { prepared: Prepared; params: TrainRecipe['params']; seed: number };
  run: Run;
  completed: Completed;
  artifact: ArtifactFolder;
  reported: Record<string, number>;
  root: string;
  seconds: number;
}

/** Puts the evidence of a training together. Its own schema holds it too. */
export async function assembleTraining(
  { request, run, completed, artifact, reported, root, seconds }: TrainingParts,
  { earlier, sweep }: Amendments,
): Promise<Training> {
  const { resolved, made } = request.prepared;
  const { model, recipe, inputs, dataset } = resolved;
  const { opened, golden } = completed.tried;
  const { rows, digest, start, end } = made;
  const metrics = completed.metrics ?? {};
  const lock = Object.keys(inputs.environment.lock_files);
  const evidence: Training = {
    schema: 'tiltyard/training/1',
    kind: 'training',
    model: model.name,
    task: model.task,
    artifact: {
      digest: artifact.digest,
      bytes: artifact.bytes,
      model_bytes: artifact.modelBytes,
      features_digest: artifact.featuresDigest,
      threshold: completed.description.threshold,
    },
    contract: opened.contract,
    lineage: {
      input_digest: run.input_digest,
      commit: run.commit,
      modified: await isModified(root, [`models/${model.name}`, ...lock]),
      data: { train: { uri: dataset.uri, digest, rows, start, end } },
      features: inputs.features,
      program: inputs.program,
      params: request.params,
      seed: request.seed,
      environment: inputs.environment,
    },
    validation: made.validation === null ? null : { ...made.validation, metrics },
    reported,
    golden: {
      runtime: `onnxruntime ${versions()['onnxruntime']}`,
      architecture: process.arch,
      features: golden.features,
      rows: golden.rows,
      // They are numbers: a model that gives others was refused.
      outputs: golden.outputs.map((row) => row.map(Number)),
    },
    verification: earlier === null ? null : verify(earlier, artifact.digest, metrics, recipe.tolerance),
    seed_spread: completed.spread,
    sweep,
    run: run.workflow,
    timing: { started_at: run.started_at, seconds, by: run.by },
  };
  return Training.parse(evidence);
}

function verify(
  earlier: Training,
  digest: string,
  metrics: Record<string, number>,
  tolerance: number,
): NonNullable<Training['verification']> {
  const theirs = earlier.validation?.metrics ?? {};
  const same = earlier.artifact.digest === digest;
  const names = [...new Set([...Object.keys(theirs), ...Object.keys(metrics)])];
  const close = names.length > 0 && names.every((name) => Math.abs(theirs[name] - metrics[name]) <= tolerance);
  return { same_digest: same, metrics: theirs, tolerance, reproduced: same || close };
}
