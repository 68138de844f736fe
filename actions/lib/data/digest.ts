import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

/**
 * sha256 of a dataset. Of one file it is that file's own (what `sha256sum` prints); of several, the sha256 over their
 * sha256s in order, so that bytes can't move from one file to the next unnoticed. Paths do not count. Also the bytes.
 */
export function datasetDigest(files: readonly string[]): { digest: string; bytes: number } {
  const parts = files.map(fileDigest);
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return { digest: only.digest, bytes };
  const hash = createHash('sha256');
  for (const { digest } of parts) hash.update(`${digest}\n`);
  return { digest: hash.digest('hex'), bytes };
}

/** sha256 of one file, read in pieces of 4 MiB into the same memory. */
export function fileDigest(file: string): { digest: string; bytes: number } {
  const hash = createHash('sha256');
  const buffer = Buffer.allocUnsafe(1 << 22);
  const descriptor = openSync(file, 'r');
  let bytes = 0;
  try {
    for (;;) {
      const read = readSync(descriptor, buffer, 0, buffer.length, null);
      if (read === 0) return { digest: hash.digest('hex'), bytes };
      hash.update(buffer.subarray(0, read));
      bytes += read;
    }
  } finally {
    closeSync(descriptor);
  }
}
