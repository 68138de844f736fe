import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** sha256 of a file and its size, without holding it in memory. */
export async function digestFile(path: string): Promise<{ sha256: string; bytes: number }> {
  return digestChunks(createReadStream(path));
}

/** sha256 and size of what comes in pieces. */
export async function digestChunks(chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), bytes };
}
