import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { World } from '#lib/world.ts';
import type { Artifact } from '#registry/artifact.ts';
import { UserError } from '#registry/error.ts';
import type { Training } from '#registry/evidence/training.ts';
import { writeDescription } from './prepare.ts';
import type { Prepared } from './prepared.ts';
import { primaryMetric } from './primary.ts';
import { type HeldOutScores, scoreArtifact, type Tried } from './score.ts';
import { type SeedValue, seedSpread } from './spread.ts';
import { fitThreshold, thresholdMetric } from './threshold.ts';
import { validationMetrics } from './validation-metrics.ts';

/** A trained artifact with all that belongs into its folder, and what it scored. */
export interface Completed {
  tried: Tried;
  description: Artifact;
  /** Null where no rows were held out. */
  metrics: Record<string, number> | null;
  spread: Training['seed_spread'];
}

/** Rows that are kept as an example of what the model gives. */
const GOLDEN_ROWS = 16;
const DEFAULT_THRESHOLD = 0.5;

/**
 * Tries the model that lies in the artifact's folder, fits the decision threshold on the validation rows, and writes
 * artifact.json anew.
 */
export async function completeArtifact(
  { resolved, artifact, folder: prepared, limits, made }: Prepared,
  folder: string,
  { seed, otherSeeds }: { seed: number; otherSeeds: readonly SeedValue[] },
  world: World,
): Promise<Completed> {
  const { root, model, dataset } = resolved;
  const { schema, id, label, known_later: later, positive, weight } = model.data;
  const tables = await readdir(join(folder, 'state')).catch(() => []);
  const scored = made.validation !== null;
  const tried = await scoreArtifact(
    {
      folder,
      description: artifact,
      state: Object.fromEntries(
        tables.map((file) => [file.replace(/\.parquet$/, ''), join(folder, 'state', file)] as const),
      ),
      data: {
        root,
        dataset: scored ? { uri: join(prepared, 'validation.parquet') } : dataset,
        schema,
        id,
        hidden: [label, ...later],
        temporary: await world.temporaryFolder(),
      },
      scored,
      task: model.task,
      label,
      positive: positive ?? null,
      weight: weight ?? null,
      seed: model.evaluate.seed,
      golden: GOLDEN_ROWS,
    },
    limits,
    world,
  );
  const { held } = tried;
  const threshold = held === null ? artifact.threshold : (fittedThreshold(resolved, held) ?? artifact.threshold);
  const metrics = held === null ? null : validationMetrics(model, held, threshold ?? DEFAULT_THRESHOLD);
  const { name } = primaryMetric(model);
  const own = metrics?.[name];
  if (own === undefined && otherSeeds.length > 0) {
    throw new UserError(`${name} is not defined on the validation rows, so no spread over seeds can be told`, {
      fix: 'Hold out more rows: train.validation.share in model.yaml.',
    });
  }
  const spread = otherSeeds.length === 0 ? null : seedSpread(name, [{ seed, value: own ?? 0 }, ...otherSeeds]);
  const noise =
    spread === null
      ? null
      : { metric: name, standard_deviation: spread.standard_deviation, seeds: spread.values.length };
  const description = { ...artifact, threshold, training: { ...artifact.training, seed_noise: noise } };
  await writeDescription(folder, description);
  return { tried, description, metrics, spread };
}

/** By the rule of `train.decision`; null where there is none. */
function fittedThreshold({ model }: Prepared['resolved'], { label, score, weight }: HeldOutScores): number | null {
  const metric = thresholdMetric(model);
  return metric === null ? null : fitThreshold({ label: new Uint8Array(label), score, weight }, metric);
}
