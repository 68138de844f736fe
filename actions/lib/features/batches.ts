import type { Chunk } from '#lib/data/duckdb.ts';

/** Chunks in groups of `size`, the last one perhaps smaller: what goes through features.sql at a time. */
export async function* batches(chunks: AsyncIterable<Chunk>, size: number): AsyncGenerator<Chunk[]> {
  let batch: Chunk[] = [];
  for await (const chunk of chunks) {
    batch.push(chunk);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
