import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { z } from 'zod';
import { artifactClasses } from '#lib/artifact/classes.ts';
import { type Limits, startChild } from '#lib/child/child.ts';
import { isStale } from '#lib/data/age.ts';
import { fetchData } from '#lib/store/fetch-data.ts';
import type { World } from '#lib/world.ts';
import { Artifact } from '#registry/artifact.ts';
import { UserError } from '#registry/error.ts';
import type { Dataset, Model } from '#registry/model.ts';
import { PrepareMade, type PrepareRequest, PrepareStep } from './prepare-request.ts';
import type { Sources } from './sources.ts';

const ENTRY = fileURLToPath(new URL('./prepare-child.ts', import.meta.url));

export interface Preparation {
  model: Model;
  root: string;
  dataset: Dataset;
  sources: Sources;
  /** Share of the rows that are kept from fitting. */
  validation: number;
  limits: Limits;
}

/**
 * Makes in `folder` what training needs: `train.parquet` (features, label, time, weight of the rows to fit),
 * `validation.parquet` (the others, as raw rows) and `artifact/`, which lacks but the model. The rows are held against
 * their declaration before.
 */
export async function prepare(
  { model, root, dataset, sources, validation, limits }: Preparation,
  folder: string,
  world: World,
): Promise<{ made: PrepareMade; artifact: Artifact }> {
  await fetchData(dataset.uri, root, world);
  const temporary = await world.temporaryFolder();
  world.signal.throwIfAborted();
  const inner = join(folder, 'artifact');
  await mkdir(inner);
  const child = startChild(ENTRY, `computing features of ${dataset.uri}`, limits, world.signal);
  try {
    const { data, task, evaluate } = model;
    const { features, state } = sources;
    const { seed } = evaluate;
    const request: PrepareRequest = {
      root,
      dataset,
      data,
      task,
      features,
      state,
      validation,
      seed,
      folder,
      temporary,
    };
    const { head } = await child.ask(request, (frame) => world.progress(PrepareStep.parse(frame.head).step));
    const made = PrepareMade.parse(head);
    keepPromises(dataset, made, world.now());
    const artifact = describe(model, made);
    await writeFile(join(inner, 'features.sql'), features.sql);
    await writeDescription(inner, artifact);
    world.signal.throwIfAborted();
    return { made, artifact };
  } finally {
    child.stop();
  }
}

/** Writes artifact.json into an artifact's folder. */
export async function writeDescription(folder: string, artifact: Artifact): Promise<void> {
  await writeFile(join(folder, 'artifact.json'), `${JSON.stringify(artifact, null, 2)}\n`);
}

/** What data.train declares of the rows as a whole. */
function keepPromises({ uri, min_rows: promised, max_age: age }: Dataset, made: PrepareMade, now: Date): void {
  const number = (count: number) => count.toLocaleString('en');
  if (promised !== undefined && made.rows < promised) {
    throw new UserError(`the data ${uri} has ${number(made.rows)} rows; at least ${number(promised)} were promised`, {
      fix: 'Find out where the others are, or correct data.train.min_rows.',
    });
  }
  if (age !== undefined && made.end !== null && isStale(made.end, age, now)) {
    throw new UserError(`the newest row of the data ${uri} is of ${made.end}; it may be at most ${age} old`, {
      fix: 'Train on newer rows, or correct data.train.max_age.',
    });
  }
}

function describe(model: Model, { rows, start, end, digest, labels }: PrepareMade): Artifact {
  const threshold = model.task === 'binary_classification' ? model.train?.decision?.threshold : null;
  return Artifact.parse({
    schema: 'tiltyard/artifact/1',
    model: model.name,
    task: model.task,
    classes: artifactClasses(model, labels),
    threshold: typeof threshold === 'number' ? threshold : null,
    ...model.train?.onnx,
    training: { rows, start, end, digest, ids: 'training-ids.parquet' },
  } satisfies z.input<typeof Artifact>);
}
