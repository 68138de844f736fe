import type { Dataset } from './dataset.ts';
import { type Chunk, type Connection, chunksOf } from './duckdb.ts';
import { asDataError } from './refusal.ts';

/**
 * The rows of a dataset as chunks of up to 2,048, for a list of SQL expressions over its columns (see `expression.ts` for
 * those that are the user's). The order is that of the files and of the rows in each, always: a row's number is its
 * position, from 0. Memory does not grow with the rows.
 */
export async function* readChunks(
  connection: Connection,
  dataset: Dataset,
  expressions: readonly string[],
): AsyncGenerator<Chunk> {
  try {
    const result = await connection.stream(`SELECT ${expressions.join(', ')} FROM ${dataset.relation} AS source`);
    yield* chunksOf(result);
  } catch (error) {
    throw asDataError(error, dataset);
  }
}
