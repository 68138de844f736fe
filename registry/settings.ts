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

export const BotSettings = z.strictObject({
  workflow: z
    .string()
    .regex(/^\.github\/workflows\/[\w.-]+\.ya?ml$/, 'a path as .github/workflows/tiltyard.yml')
    .default('.github/workflows/tiltyard.yml')
    .describe('The workflow that evaluates; evidence of any other counts for nothing'),
  max_wait: z.int().positive().default(60).describe('Minutes without evidence after which a person is asked'),
  approvers: z
    .array(z.string().regex(/^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}$/, 'a login of GitHub, without @'))
    .default([])
    .describe('Who may approve changes of `registry/`, of those with write access; all of them where none is named'),
  approvals: z.int().positive().default(1).describe('How many of them must approve a change of `registry/`'),
});
export type BotSettings = z.infer<typeof BotSettings>;

/** `tiltyard.yaml`: what holds for all models of a repository. */
export const Settings = z.strictObject({
  store: StoreSettings.prefault({}).describe('Where artifacts are kept'),
  bot: BotSettings.prefault({}).describe('What the bot goes by'),
});
export type Settings = z.infer<typeof Settings>;

/** @throws UserError with file, line and column. */
export function parseSettings(text: string, path: string): ReadDocument<Settings> {
  return readDocument(Settings, text, path);
}
