import { z } from 'zod';
import { Digest } from './evidence/evaluation.ts';
import { Task } from './metric.ts';

/**
 * `artifact.json`, beside `model.onnx`, `features.sql` and `state/*.parquet` in an artifact's folder: what a version
 * carries that is neither model nor features. The artifact's digest is the sha256 over the sorted list of its files'
 * paths and sha256s.
 */
export const Artifact = z.strictObject({
  schema: z.literal('tiltyard/artifact/1'),
  model: z.string(),
  task: Task,
  /** Class labels in the order of the model's outputs; null for regression. For two classes the last one is positive. */
  classes: z.array(z.string()).min(2).nullable().default(null),
  /** Binary only: a row is positive where its probability is at least this. */
  threshold: z.number().min(0).max(1).nullable().default(null),
  /** Which output of the graph holds the predictions; needed only where it isn't plain. */
  output: z.string().nullable().default(null),
  /** What that output holds: probabilities (or a regression's values) as they are, or scores to be squashed. */
  activation: z.enum(['none', 'sigmoid', 'softmax']).default('none'),
  training: z.strictObject({
    rows: z.int().nonnegative(),
    /** Span of the training rows' time column, as ISO 8601 in UTC; null where the model has no time column. */
    start: z.string().nullable(),
    end: z.string().nullable(),
    /** Digest of the training data. */
    digest: Digest.nullable(),
    /** A bottom-k sketch of the training rows' ids (`training-ids.parquet`), so that evaluation can prove overlap. */
    ids: z.literal('training-ids.parquet').nullable(),
  }),
});
export type Artifact = z.infer<typeof Artifact>;
