import type { ArtifactFolder } from '#lib/artifact/folder.ts';
import { UserError } from '#registry/error.ts';
import type { Training } from '#registry/evidence/training.ts';
import type { Model } from '#registry/model.ts';
import { printable } from '#registry/printable.ts';

/** @throws UserError where an artifact is not the one that the evidence of its training tells of, or not this model's. */
export function requireTrained(model: Model, artifact: ArtifactFolder, training: Training, path: string): void {
  const facts: [what: string, found: string | number | null, told: string | number | null][] = [
    ['digest', artifact.digest, training.artifact.digest],
    ['model', artifact.description.model, training.model],
    ['task', artifact.description.task, training.task],
    ['features digest', artifact.featuresDigest, training.artifact.features_digest],
    ['size in bytes', artifact.bytes, training.artifact.bytes],
    ['model’s size in bytes', artifact.modelBytes, training.artifact.model_bytes],
    ['threshold', artifact.description.threshold, training.artifact.threshold],
  ];
  for (const [what, found, told] of facts) {
    if (found === told) continue;
    throw new UserError(
      `${path} is not about the artifact beside it: the ${what} is ${printable(String(found))}, but it tells of ${printable(String(told))}`,
      {
        fix: 'Something changed after the training. Train again, and register what comes of it.',
      },
    );
  }
  for (const [what, is, wanted] of [
    ['model', training.model, model.name],
    ['task', training.task, model.task],
  ]) {
    if (is === wanted) continue;
    throw new UserError(`${path} is of the ${what} ${JSON.stringify(is)}, but models/${model.name} is ${wanted}`, {
      fix: 'Name a run of this model.',
    });
  }
}
