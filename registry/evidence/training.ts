import { z } from 'zod';
import { Digest } from '../digest.ts';
import { Lineage, WorkflowRun } from '../lineage.ts';
import { Task } from '../metric.ts';
import { Contract } from './evaluation.ts';

const Count = z.int().nonnegative();
const Metrics = z.record(z.string(), z.number());

/** The measured document of `tiltyard train`: what was made, from what, and how well it did on held-out training rows. */
export const Training = z.strictObject({
  schema: z.literal('tiltyard/training/1'),
  kind: z.literal('training'),
  model: z.string(),
  task: Task,
  artifact: z.strictObject({
    digest: Digest,
    bytes: Count,
    model_bytes: Count,
    features_digest: Digest,
    threshold: z.number().nullable(),
  }),
  contract: Contract,
  lineage: Lineage,
  /** Rows of the training data that were kept from fitting, the latest ones, and what the model scores on them. */
  validation: z
    .strictObject({ rows: Count, start: z.string().nullable(), end: z.string().nullable(), metrics: Metrics })
    .nullable(),
  /** What the training program wrote to metrics.json: its own words, nothing decides by them. */
  reported: Metrics,
  /**
   * Features of a few training rows and what the model gave for them here, so that another runtime or architecture can
   * be compared with it.
   */
  golden: z.strictObject({
    runtime: z.string(),
    architecture: z.string(),
    features: z.array(z.string()),
    rows: z.array(z.array(z.union([z.number(), z.string(), z.null()]))),
    /** Row by row, as many numbers as the model gives. */
    outputs: z.array(z.array(z.number())),
  }),
  /** Trained again from the same inputs; null where nobody asked. */
  verification: z
    .strictObject({
      same_digest: z.boolean(),
      /** The second run's validation metrics. */
      metrics: Metrics,
      tolerance: z.number().nonnegative(),
      reproduced: z.boolean(),
    })
    .nullable(),
  /** The primary metric on the validation rows over several seeds; null where nobody asked. */
  seed_spread: z
    .strictObject({
      metric: z.string(),
      values: z.array(z.strictObject({ seed: z.int(), value: z.number() })).min(2),
      standard_deviation: z.number().nonnegative(),
    })
    .nullable(),
  /** The search of which this run is the best; null where there was none. */
  sweep: z
    .strictObject({
      metric: z.string(),
      /** How many combinations of the listed values there are. */
      of: Count,
      tried: Count,
      failed: Count,
      results: z.array(z.strictObject({ params: z.record(z.string(), z.json()), value: z.number().nullable() })),
    })
    .nullable(),
  /** Null outside of GitHub Actions. */
  run: WorkflowRun.nullable(),
  /** All that differs between two runs of the same inputs. */
  timing: z.strictObject({
    started_at: z.iso.datetime(),
    seconds: z.number().nonnegative(),
    /** Who ran it: the actor of the workflow, or git's user.name. */
    by: z.string().nullable(),
  }),
});
export type Training = z.infer<typeof Training>;
