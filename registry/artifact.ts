import { z } from 'zod';
import { Digest } from './digest.ts';
import { Task } from './metric.ts';

/** How far a metric moves when a model is trained with other seeds on the same rows. */
export const SeedNoise = z.strictObject({
  metric: z.string().describe('The primary metric, with its parameters'),
  standard_deviation: z.number().nonnegative().describe('Of its values on the validation rows'),
  seeds: z.int().min(2).describe('With how many seeds it was trained'),
});
export type SeedNoise = z.infer<typeof SeedNoise>;

/**
 * `artifact.json`, beside `model.onnx`, `features.sql` and `state/*.parquet` in an artifact's folder: what a version
 * carries that is neither model nor features. The artifact's digest is the sha256 over the sorted list of its files'
 * paths and sha256s.
 */
export const Artifact = z.strictObject({
  schema: z.literal('tiltyard/artifact/1').describe('Which form of the document this is'),
  model: z.string().describe('The name of the model, as its folder under `models/`'),
  task: Task.describe('What the model predicts, as model.yaml has it'),
  classes: z
    .array(z.string())
    .min(2)
    .nullable()
    .default(null)
    .describe(
      'The labels as text, in the order of the model’s probabilities; null for a regression, or to leave it to the names in the model. Of two classes of which neither is the label’s positive one the last is positive',
    ),
  threshold: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .default(null)
    .describe('Two classes only: a row is positive where its probability is at least this; null means 0.5'),
  output: z
    .string()
    .nullable()
    .default(null)
    .describe('Which output of the model holds the predictions; needed only where it isn’t plain'),
  activation: z
    .enum(['none', 'sigmoid', 'softmax'])
    .default('none')
    .describe('What to do with that output: nothing, since it holds probabilities (or values), or squash its scores'),
  training: z
    .strictObject({
      rows: z.int().nonnegative().describe('How many rows it was trained on'),
      start: z
        .string()
        .nullable()
        .describe('The earliest time among them, ISO 8601 in UTC; null where the model has no time column'),
      end: z.string().nullable().describe('The latest'),
      digest: Digest.nullable().describe('sha256 of the training data; of several files, of the list of theirs'),
      ids: z
        .literal('training-ids.parquet')
        .nullable()
        .describe(
          'The sketch of the training rows’ ids, by which evaluation finds rows that it shares with the benchmark',
        ),
      seed_noise: SeedNoise.nullable()
        .default(null)
        .describe('How far the primary metric moves when only the seed changes; null where nobody tried'),
    })
    .describe('The rows that it was trained on'),
});
export type Artifact = z.infer<typeof Artifact>;
