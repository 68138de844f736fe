import { z } from 'zod';
import { Digest } from './digest.ts';

const Count = z.int().nonnegative();

/** One dataset as it was when it was used: enough to find it again and to see that it is still the same. */
export const UsedData = z.strictObject({
  uri: z.string().min(1),
  /** sha256 of the file; of several files, of the list of theirs. */
  digest: Digest,
  rows: Count,
  /** The earliest and the latest time in it, ISO 8601 in UTC; null where the model has no time column. */
  start: z.string().nullable(),
  end: z.string().nullable(),
});
export type UsedData = z.infer<typeof UsedData>;

/** The programs around the training program. */
export const Environment = z.strictObject({
  tiltyard: z.string(),
  node: z.string().nullable(),
  python: z.string().nullable(),
  /** sha256 of each lock file (package-lock.json, requirements.txt, uv.lock, …), by its path from the root. */
  lock_files: z.record(z.string(), Digest),
  /** sha256 of the value of each variable that `train.env` lets through, by name; not given where it names none. */
  variables: z.record(z.string(), Digest).optional(),
  /** Digest of the container image, where the run had one. */
  container: z.string().nullable(),
  platform: z.string(),
  architecture: z.string(),
});
export type Environment = z.infer<typeof Environment>;

/** All that an artifact was made from. `input_digest` is the sha256 over everything in it that can change the artifact. */
export const Lineage = z.strictObject({
  input_digest: Digest,
  /** The git commit that was checked out; null outside of git. */
  commit: z.string().nullable(),
  /** Whether files of the model differed from that commit. */
  modified: z.boolean(),
  data: z.strictObject({ train: UsedData }),
  features: z.strictObject({
    /** sha256 of features.sql. */
    sql: Digest,
    /** sha256 of each `state/<name>.sql`, by name. */
    state: z.record(z.string(), Digest),
  }),
  program: z.strictObject({
    /** The command, as `train.run` has it. */
    command: z.string(),
    /** sha256 over the sorted list of its files' paths and sha256s. */
    digest: Digest,
    files: Count,
  }),
  params: z.record(z.string(), z.json()),
  seed: z.int(),
  environment: Environment,
});
export type Lineage = z.infer<typeof Lineage>;

/** The run of GitHub Actions that made a document; who trusts it looks at GitHub, not at this. */
export const WorkflowRun = z.strictObject({
  repository: z.string(),
  /** The repository's number, which nobody else gets when its name is free; not given in older documents. */
  repository_id: z.int().positive().optional(),
  /** Path of the workflow file, with its ref, as GITHUB_WORKFLOW_REF has it. */
  workflow: z.string(),
  run_id: z.int().positive(),
  run_attempt: z.int().positive(),
  event: z.string(),
  ref: z.string(),
  sha: z.string(),
  actor: z.string(),
});
export type WorkflowRun = z.infer<typeof WorkflowRun>;
