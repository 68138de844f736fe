import { appendColumns, createTemporary } from '#lib/data/append.ts';
import type { Dataset } from '#lib/data/dataset.ts';
import { type Connection, type DatabaseOptions, identifier, literal, openDatabase } from '#lib/data/duckdb.ts';
import { readChunks } from '#lib/data/read.ts';
import { UserError } from '#registry/error.ts';
import { batches } from './batches.ts';
import type { Features } from './engine.ts';

/**
 * DuckDB's chunks that go through features.sql at a time: three of its row groups of 60 × 2,048 rows. More rows at once
 * mean fewer sorts and hashes of the state tables, and more memory.
 */
const CHUNKS_A_BATCH = 180;

export interface TrainingRequest {
  connection: Connection;
  dataset: Dataset;
  features: Features;
  /** Raw columns that the training program needs beside the features: label, weight, time. */
  carry: readonly string[];
  /** The Parquet file to write. */
  path: string;
  /** Of the database that gathers the rows; they may spill into its temporary folder. */
  database: DatabaseOptions;
  /** Hears how many rows are done. */
  onRows?: (rows: number) => Promise<void>;
}

/**
 * Computes the training rows' features as evaluation and serving do (same SQL, same state, same checks) and writes them
 * with the carried raw columns, row by row in the dataset's order: first the features in their order, then the carried
 * columns under their own names. A float that is null becomes NaN.
 */
export async function computeTrainingFeatures(request: TrainingRequest): Promise<{ rows: number }> {
  const { connection, dataset, features, carry, path } = request;
  for (const { name } of features.schema) {
    if (!carry.some((column) => column.toLowerCase() === name.toLowerCase())) continue;
    throw new UserError(`features.sql gives a feature called ${name}, as a raw column that training needs is called`, {
      fix: 'Give the feature another name, with AS.',
    });
  }
  // A database of its own: a query on the reading connection would end the stream that is being read.
  const writer = await openDatabase(request.database);
  try {
    await createTemporary(writer.connection, 'training_features', features.schema);
    const columns = features.rawColumns.map(({ name }) => identifier(name));
    let rows = 0;
    for await (const chunks of batches(readChunks(connection, dataset, columns), CHUNKS_A_BATCH)) {
      const batch = await features.compute(chunks, 'columns');
      if (batch.layout !== 'columns') throw new Error('columns were asked for');
      await appendColumns(writer.connection, 'training_features', batch.columns, batch.rows);
      rows += batch.rows;
      await request.onRows?.(rows);
    }
    const carried = carry.map(identifier).join(', ');
    const beside = carry.length === 0 ? '' : `POSITIONAL JOIN (SELECT ${carried} FROM ${dataset.relation}) AS carried`;
    await writer.connection.run(
      `COPY (SELECT * FROM training_features ${beside}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    return { rows };
  } finally {
    writer.close();
  }
}
