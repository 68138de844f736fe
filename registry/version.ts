import { valid } from 'semver';
import { z } from 'zod';
import { Digest } from './digest.ts';
import { type ReadDocument, readDocument } from './document.ts';
import { Contract } from './evidence/evaluation.ts';
import { Lineage, WorkflowRun } from './lineage.ts';
import { Task } from './metric.ts';

/** A version's number, as semver spells it: `1.4.0`. */
export const VersionNumber = z.string().refine((text) => valid(text) === text, 'a version as 1.4.0');
export type VersionNumber = z.infer<typeof VersionNumber>;

/** `registry/<model>/versions/<version>.yaml`: one immutable registered build. */
export const Version = z.strictObject({
  version: VersionNumber,
  model: z.string(),
  task: Task,
  /** The version that it was compared with and follows; null for the first. */
  parent: VersionNumber.nullable(),
  artifact: z.strictObject({
    digest: Digest,
    /** The sizes of its files together. */
    bytes: z.int().positive(),
    /** The store, then the digest: `s3://bucket/prefix/<digest>`, or `file:` and a path from the repository's root. */
    uri: z.string().min(1),
    features_digest: Digest,
    threshold: z.number().nullable(),
  }),
  contract: Contract,
  lineage: Lineage,
  /** How long the training took; it stands beside the lineage, which two trainings can have in common. */
  seconds: z.number().nonnegative(),
  /** sha256 of the files under `registry/<model>/evidence/` that justified it. */
  evidence: z.strictObject({ training: Digest, evaluation: Digest.nullable() }),
  /** The workflow run that trained it; null for a local build. */
  run: WorkflowRun.nullable(),
  card: z.strictObject({
    owner: z.string().nullable(),
    intended_use: z.string().nullable(),
    limits: z.string().nullable(),
  }),
});
export type Version = z.infer<typeof Version>;

/**
 * Reads the manifest of `expected`, the version that its file name names.
 * @throws UserError with file, line and column.
 */
export function parseVersion(text: string, path: string, expected: string): ReadDocument<Version> {
  return readDocument(Version, text, path, ({ version }) =>
    version === expected
      ? []
      : [
          {
            entry: ['version'],
            message: `the file names version ${version}, but stands for ${expected}`,
            fix: 'Restore it from git: a registered version does not change.',
          },
        ],
  );
}
