import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Limits } from '#lib/child/child.ts';
import type { World } from '#lib/world.ts';
import { asPlaceError } from '#lib/write.ts';
import type { Artifact } from '#registry/artifact.ts';
import { UserError } from '#registry/error.ts';
import { prepare } from './prepare.ts';
import type { PrepareMade } from './prepare-request.ts';
import type { Resolved } from './resolve.ts';

/** Inputs whose features are computed: what any number of runs can be trained on, with other params or seeds. */
export interface Prepared {
  resolved: Resolved;
  made: PrepareMade;
  /** artifact.json before the model is known. */
  artifact: Artifact;
  /** Holds `train.parquet`, `validation.parquet` where rows are held out, and `artifact/` without the model. */
  folder: string;
  /** Of our own processes, each. */
  limits: Limits;
}

/** Computes the features of resolved inputs below the folder `work`. */
export async function prepareInputs(resolved: Resolved, work: string, limits: Limits, world: World): Promise<Prepared> {
  const { model, root, dataset, sources, recipe } = resolved;
  const folder = join(work, 'prepared');
  await mkdir(folder);
  const request = { model, root, dataset, sources, validation: recipe.validation.share, limits };
  const { made, artifact } = await prepare(request, folder, world).catch((error: unknown) => {
    throw asPlaceError(error, folder);
  });
  if (made.digest !== resolved.inputs.data) {
    throw new UserError(`the data ${dataset.uri} changed while they were read`, {
      fix: 'Let nothing write to them while a model is trained, and train again.',
    });
  }
  return { resolved, made, artifact, folder, limits };
}
