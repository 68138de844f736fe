import { z } from 'zod';
import { Digest } from './digest.ts';
import { type ReadDocument, readDocument } from './document.ts';
import { UserError } from './error.ts';

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

/** The datasets that are pinned. Production is not: it is another one every day. */
export const PINNED = ['train', 'benchmark'] as const;
export type PinnedName = (typeof PINNED)[number];

/** Where the pins of a model stand, from the root of the repository. */
export function dataLockPath(model: string): string {
  return `models/${model}/data.lock.yaml`;
}

/** What was read, as far as a pin speaks of it. */
export interface FoundData {
  uri: string;
  digest: string;
  /** Not given where nothing has counted them yet. */
  rows?: number;
}

/**
 * Holds data that were read against their pin: the same bytes, wherever they lie. Data without a pin are fine.
 * @throws UserError for other bytes, with both digests.
 */
export function checkPin(lock: DataLock, name: PinnedName, found: FoundData, model: string): void {
  const pin = lock[name];
  if (pin === undefined || pin.sha256 === found.digest) return;
  const rows = (count: number | undefined) => (count === undefined ? '' : ` (${count.toLocaleString('en')} rows)`);
  const where = found.uri === pin.uri ? found.uri : `${found.uri} (pinned as ${pin.uri})`;
  throw new UserError(
    `data.${name} is not what ${dataLockPath(model)} pins: ${where} has the sha256 ${found.digest}${rows(found.rows)}, ` +
      `pinned is ${pin.sha256}${rows(pin.rows)}`,
    { fix: `Bring the pinned data back, or run tiltyard pin --model ${model} --data ${name} to accept these.` },
  );
}

/** @throws UserError with file, line and column. */
export function parseDataLock(text: string, path: string): ReadDocument<DataLock> {
  return readDocument(DataLock, text, path);
}
