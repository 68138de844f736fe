import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { UserError } from '#registry/error.ts';

function unpacker(file: string) {
  if (/\.gz$/i.test(file)) return createGunzip();
  return /\.zst$/i.test(file) ? createZstdDecompress() : null;
}

/** The bytes of a file, unpacked where its ending is `.gz` or `.zst`. Destroying the stream closes the file. */
export function openText(file: string): Readable {
  const raw = createReadStream(file);
  const unpack = unpacker(file);
  if (unpack === null) return raw;
  raw.on('error', (error) => unpack.destroy(error));
  unpack.on('close', () => raw.destroy());
  return raw.pipe(unpack);
}

/** Refuses a packed file that breaks off: DuckDB would take what is left for all there is. */
export async function requireWhole(file: string): Promise<void> {
  if (unpacker(file) === null) return;
  try {
    for await (const part of openText(file)) void part;
  } catch (error) {
    throw unpackError(file, error);
  }
}

export function unpackError(file: string, error: unknown): UserError {
  const said = error instanceof Error ? error.message : String(error);
  return new UserError(`the data file ${file} can't be unpacked: ${said}`, {
    fix: 'It looks damaged or truncated; copy or make it again.',
    cause: error,
  });
}
