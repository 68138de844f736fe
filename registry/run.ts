import { z } from 'zod';
import { Digest } from './digest.ts';
import { WorkflowRun } from './lineage.ts';
import { Task } from './metric.ts';

const Metrics = z.record(z.string(), z.number());

/** How a run of training stands. A run whose process is gone while it says `running` was killed. */
export const RunState = z.enum(['running', 'succeeded', 'failed', 'interrupted']);
export type RunState = z.infer<typeof RunState>;

/** What a run was for: the model itself, or one of several runs that say how far it can be trusted or bettered. */
export const RunPurpose = z.enum(['train', 'verification', 'seed', 'sweep']);
export type RunPurpose = z.infer<typeof RunPurpose>;

/** `.tiltyard/runs/<model>/<run>/run.json`: one run of a training program, however it ended. Beside it lies its log. */
export const Run = z.strictObject({
  schema: z.literal('tiltyard/run/1'),
  /** The name of its folder. */
  run: z.string(),
  model: z.string(),
  task: Task,
  state: RunState,
  /** Why it failed, in a sentence; null where it didn't. */
  why: z.string().nullable(),
  purpose: RunPurpose,
  /** The run that it was made for; null for one that stands for itself. */
  of: z.string().nullable(),
  params: z.record(z.string(), z.json()),
  seed: z.int(),
  command: z.string(),
  commit: z.string().nullable(),
  input_digest: Digest,
  /** The artifact's; null where none came of it. */
  digest: Digest.nullable(),
  /** What the model scores on the validation rows, by Tiltyard's own metrics. */
  metrics: Metrics,
  /** What the program wrote to metrics.json. */
  reported: Metrics,
  started_at: z.iso.datetime(),
  /** How long it took; null while it runs. */
  seconds: z.number().nonnegative().nullable(),
  /** Who ran it: the actor of the workflow, or git's user.name. */
  by: z.string().nullable(),
  /** The process that runs it, while it does. */
  process: z.strictObject({ host: z.string(), pid: z.int().positive() }).nullable(),
  /** Null outside of GitHub Actions. */
  workflow: WorkflowRun.nullable(),
});
export type Run = z.infer<typeof Run>;
