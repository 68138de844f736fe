import { z } from 'zod';
import { Task } from '#registry/metric.ts';
import { Data, Dataset } from '#registry/model.ts';

/** What the process that prepares training is asked. */
export const PrepareRequest = z.strictObject({
  root: z.string(),
  dataset: Dataset,
  data: Data,
  task: Task,
  /** features.sql: what errors call it, and its text. */
  features: z.strictObject({ name: z.string(), sql: z.string() }),
  /** The SQL of the fitted tables: name → text. */
  state: z.record(z.string(), z.string()),
  /** Share of the rows, the latest ones, that are kept from fitting. */
  validation: z.number().min(0).max(0.5),
  /** Chooses the rows whose features are computed twice. */
  seed: z.int(),
  /** The folder to write into; `artifact/` is in it already. */
  folder: z.string(),
  temporary: z.string(),
});
export type PrepareRequest = z.infer<typeof PrepareRequest>;

/** What it tells on its way. */
export const PrepareStep = z.object({ step: z.string() });

/** Rows that were kept from fitting. */
export const HeldOut = z.object({
  rows: z.int().positive(),
  start: z.string().nullable(),
  end: z.string().nullable(),
});
export type HeldOut = z.infer<typeof HeldOut>;

/** What it answers in the end. Rows and times are those of all rows, the held-out ones too. */
export const PrepareMade = z.object({
  rows: z.int().positive(),
  digest: z.string(),
  start: z.string().nullable(),
  end: z.string().nullable(),
  validation: HeldOut.nullable(),
  /** The features' names, in the order of features.sql. */
  features: z.array(z.string()).min(1),
  /** The different labels of the rows to fit, as text, ascending by their own type; empty for a regression. */
  labels: z.array(z.string()),
});
export type PrepareMade = z.infer<typeof PrepareMade>;
