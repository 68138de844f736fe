import { z } from 'zod';
import { Opened, RawData } from '#lib/artifact/raw-data.ts';
import { Layout } from '#lib/child/arrays.ts';
import { Artifact } from '#registry/artifact.ts';
import { Task } from '#registry/metric.ts';

/** What the process that tries a freshly trained artifact is asked. */
export const ScoreRequest = z.strictObject({
  folder: z.string(),
  description: Artifact,
  state: z.record(z.string(), z.string()),
  /** The rows to predict. */
  data: RawData,
  /** Whether all rows are predicted and held against their labels, or only a few that are kept as an example. */
  scored: z.boolean(),
  task: Task,
  label: z.string(),
  positive: z.union([z.string(), z.number()]).nullable(),
  weight: z.string().nullable(),
  /** Chooses the golden rows, and those whose features are computed twice. */
  seed: z.int(),
  golden: z.int().positive(),
});
export type ScoreRequest = z.infer<typeof ScoreRequest>;

/** Features of a few rows, and what the model gave for them; a missing number is null. */
export const Golden = z.object({
  features: z.array(z.string()),
  rows: z.array(z.array(z.union([z.number(), z.string(), z.null()]))),
  outputs: z.array(z.array(z.number().nullable())),
});
export type Golden = z.infer<typeof Golden>;

/** What it answers; the body holds predictions, labels and, where there are any, weights of the rows that were scored. */
export const Scored = z.object({ opened: Opened, golden: Golden, rows: z.int().nonnegative(), layout: Layout });
