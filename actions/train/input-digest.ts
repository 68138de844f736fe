import { canonicalJson } from '#registry/canonical-json.ts';
import type { Lineage } from '#registry/lineage.ts';
import type { Model, TrainRecipe } from '#registry/model.ts';
import { sha256 } from '#registry/sha256.ts';

/** All that an artifact is made from. */
export interface TrainInputs extends Pick<Lineage, 'features' | 'program' | 'params' | 'seed' | 'environment'> {
  model: Pick<Model, 'name' | 'task' | 'data'>;
  recipe: Pick<TrainRecipe, 'decision' | 'onnx' | 'validation'>;
  /** sha256 of the training data. */
  data: string;
  /** Over how many seeds the spread was measured that the artifact carries; 1 without. */
  seeds: number;
}

/**
 * sha256 over all that can change the artifact: bytes of data, SQL and program; params, seed and environment; what
 * model.yaml declares of rows and decisions. Where files lie, when they were written, in which commit, and what
 * model.yaml says of evaluation, are no part of it.
 */
export function inputDigest(inputs: TrainInputs): string {
  const { model, recipe, data: digest, features, program, params, seed, seeds, environment } = inputs;
  const {
    id,
    time,
    label,
    positive,
    known_later: knownLater,
    label_delay: labelDelay,
    weight,
    schema,
    train,
  } = model.data;
  const text = canonicalJson({
    form: 'tiltyard/training-inputs/1',
    model: model.name,
    task: model.task,
    data: { digest, format: train?.format, id, time, label, positive, knownLater, labelDelay, weight, schema },
    features,
    program,
    params,
    seed,
    seeds,
    decision: recipe.decision,
    onnx: recipe.onnx,
    validation: recipe.validation,
    environment,
  });
  return sha256(text);
}
