import { z } from 'zod';
import { Task } from '#registry/metric.ts';
import { Data, Dataset } from '#registry/model.ts';

/** What the process that computes training features for `features` is asked. */
export const FeaturesRequest = z.strictObject({
  root: z.string(),
  dataset: Dataset,
  data: Data,
  task: Task,
  /** features.sql: what errors call it, and its text. */
  features: z.strictObject({ name: z.string(), sql: z.string() }),
  /** The SQL of the fitted tables: name → text. */
  state: z.record(z.string(), z.string()),
  /** Chooses the rows whose features are computed twice. */
  seed: z.int(),
  /** The folder to write into; `artifact/` is in it already. */
  folder: z.string(),
  temporary: z.string(),
});
export type FeaturesRequest = z.infer<typeof FeaturesRequest>;

/** What it tells on its way. */
export const FeaturesStep = z.object({ step: z.string() });

/** What it answers in the end: facts for artifact.json. */
export const FeaturesMade = z.object({
  rows: z.int().positive(),
  digest: z.string(),
  start: z.string().nullable(),
  end: z.string().nullable(),
  /** The features' names, in the order of features.sql. */
  features: z.array(z.string()).min(1),
  /** The different labels as text, ascending by their own type; empty for a regression. */
  labels: z.array(z.string()),
});
export type FeaturesMade = z.infer<typeof FeaturesMade>;
