import { z } from 'zod';
import { Task } from '#registry/metric.ts';
import { Data, Dataset } from '#registry/model.ts';

/** What the process that reads a dataset for `check-data` is asked. */
export const CheckRequest = z.strictObject({
  root: z.string(),
  dataset: Dataset,
  data: Data,
  task: Task,
  /** Whether its rows have labels already. */
  labelled: z.boolean(),
  temporary: z.string(),
});
export type CheckRequest = z.infer<typeof CheckRequest>;

/** What it answers: the dataset's facts, and one sentence for each way in which it breaks its schema. */
export const Checked = z.object({
  uri: z.string(),
  files: z.int().positive(),
  bytes: z.int().nonnegative(),
  rows: z.int().nonnegative(),
  digest: z.string(),
  start: z.string().nullable(),
  end: z.string().nullable(),
  breaches: z.array(z.string()),
});
export type Checked = z.infer<typeof Checked>;
