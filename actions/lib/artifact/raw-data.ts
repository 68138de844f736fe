import { z } from 'zod';
import { Contract } from '#registry/evidence/evaluation.ts';
import { Column, Dataset } from '#registry/model.ts';

/** Where the raw rows are that an artifact is run over, and what they are declared to be. */
export const RawData = z.strictObject({
  root: z.string(),
  dataset: Dataset,
  schema: z.record(z.string(), Column),
  id: z.string(),
  /** The label and the columns that are known later: never shown to features.sql. */
  hidden: z.array(z.string()),
  /** A folder for DuckDB to spill to. */
  temporary: z.string(),
});
export type RawData = z.infer<typeof RawData>;

/** What an artifact turns out to be once it is open. */
export const Opened = z.object({
  contract: Contract,
  features: z.array(z.string()),
  classes: z.array(z.string()).nullable(),
  /** Numbers of one row of predictions. */
  width: z.int().positive(),
});
export type Opened = z.infer<typeof Opened>;
