import { z } from 'zod';
import { Digest } from './digest.ts';
import { type ReadDocument, readDocument } from './document.ts';

/** One dataset of model.yaml as it was when it was pinned. */
export const Pin = z.strictObject({
  uri: z.string().min(1).describe('As model.yaml names it'),
  sha256: Digest.describe('Of the file; of several files, of the list of theirs'),
  bytes: z.int().nonnegative().describe('Of all its files'),
  files: z.int().positive().describe('How many files the glob named'),
  rows: z.int().nonnegative().describe('How many rows they hold'),
  start: z.string().nullable().describe('The earliest time, ISO 8601 in UTC; null where the model has no time column'),
  end: z.string().nullable().describe('The latest'),
  schema: z.record(z.string(), z.string()).describe('Each declared column and its type'),
});
export type Pin = z.infer<typeof Pin>;

/** `models/<name>/data.lock.yaml`, written by `tiltyard pin`. */
export const DataLock = z.strictObject({
  train: Pin.optional().describe('The training rows'),
  benchmark: Pin.optional().describe('The benchmark'),
});
export type DataLock = z.infer<typeof DataLock>;

/** @throws UserError with file, line and column. */
export function parseDataLock(text: string, path: string): ReadDocument<DataLock> {
  return readDocument(DataLock, text, path);
}
