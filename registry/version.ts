import { valid } from 'semver';
import { z } from 'zod';
import { type ReadDocument, readDocument } from './document.ts';
import { Digest } from './evidence/evaluation.ts';

/** A version's number, as semver spells it: `1.4.0`. */
export const VersionNumber = z.string().refine((text) => valid(text) === text, 'a version as 1.4.0');
export type VersionNumber = z.infer<typeof VersionNumber>;

/** `registry/<model>/versions/<version>.yaml`: one immutable registered build. */
export const Version = z.strictObject({
  version: VersionNumber,
  artifact: z.strictObject({
    digest: Digest,
    /** The folder of the artifact: a path, or `s3://…`. */
    uri: z.string().min(1),
    bytes: z.int().positive(),
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
