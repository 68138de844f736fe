import { z } from 'zod';
import { type ReadDocument, readDocument } from './document.ts';

/** Where artifacts are kept, by digest. */
export const StoreSettings = z.strictObject({
  uri: z
    .string()
    .regex(/^(file:.+|s3:\/\/[^/]+(\/.*)?)$/, '`file:` and a path, or `s3://bucket/prefix`')
    .default('file:.tiltyard/store')
    .describe('`file:` and a folder from the root of the repository, or `s3://bucket/prefix`'),
  endpoint: z.url().optional().describe('Address of an S3 server other than Amazon’s'),
  region: z.string().min(1).optional().describe('Region of the bucket, where AWS_REGION does not name it'),
});
export type StoreSettings = z.infer<typeof StoreSettings>;

/** `tiltyard.yaml`: what holds for all models of a repository. */
export const Settings = z.strictObject({
  store: StoreSettings.prefault({}).describe('Where artifacts are kept'),
});
export type Settings = z.infer<typeof Settings>;

/** @throws UserError with file, line and column. */
export function parseSettings(text: string, path: string): ReadDocument<Settings> {
  return readDocument(Settings, text, path);
}
