import { DUCKDB_TYPE } from '#lib/data/column-type.ts';
import type { RawColumn } from '#lib/data/dataset.ts';
import {
  type Chunk,
  type Database,
  type DatabaseOptions,
  identifier,
  literal,
  lock,
  openDatabase,
} from '#lib/data/duckdb.ts';
import { asDataError } from '#lib/data/refusal.ts';
import { UserError } from '#registry/error.ts';
import type { Batch, Layout } from './batch.ts';
import { bindSql, emptyBatch } from './binding.ts';
import { collect } from './collect.ts';
import { checkRowDependence } from './row-dependence.ts';
import { type Feature, featureSchema } from './schema.ts';
import { validateSql } from './sql.ts';

export interface FeaturesRequest {
  /** The text of features.sql. */
  sql: string;
  /** What errors call it; `features.sql` if not given. */
  name?: string;
  /** The fitted tables: `state.<name>` → path of a Parquet file. */
  state: Record<string, string>;
  /** The raw columns that a prediction can see: all that are declared, without the label and `known_later`. */
  columns: readonly RawColumn[];
  /** The label and `known_later`, so that an error can say why they are not there. */
  hidden: readonly RawColumn[];
  id: string;
  /** Chooses the rows that are computed twice; null to compute none twice, where that was done before. */
  seed: number | null;
  database: DatabaseOptions;
}

/** A features.sql that is ready to run over batches of raw rows. */
export interface Features {
  /** What it gives besides the id, in its order. */
  schema: Feature[];
  /** The raw columns that it reads: the id first. A batch's chunks must have exactly these, in this order. */
  rawColumns: RawColumn[];
  /**
   * The features of one batch of raw rows. Row i of the result belongs to row i of the chunks, one after the other.
   * A tenth of the rows is computed twice; see `row-dependence.ts`.
   */
  compute(chunks: readonly Chunk[], layout: Layout): Promise<Batch>;
  close(): void;
}

/** Opens a locked sandbox with the fitted tables, checks features.sql in it, and binds it. Errors are the user's. */
export async function openFeatures(request: FeaturesRequest): Promise<Features> {
  const name = request.name ?? 'features.sql';
  const database = await openDatabase(request.database);
  try {
    const { connection } = database;
    await loadState(database, request.state);
    await connection.run('CREATE SCHEMA tiltyard');
    await lock(database);
    const columns = request.columns.map((column) => column.name);
    await validateSql(connection, request.sql, { name, states: Object.keys(request.state), columns });
    const { outputs, needed } = await bindSql(connection, { ...request, name });
    const [id] = needed;
    if (id === undefined) throw new Error(`the id column ${request.id} is not among the columns`);
    const schema = featureSchema(outputs, { ...id, stored: DUCKDB_TYPE[id.type] }, name);
    await connection.run(`CREATE VIEW tiltyard.features AS ${request.sql}`);
    const rawColumns = [...needed];
    const context = { connection, schema, id: id.name, name };
    let batches = 0;
    const mode = { ordered: true };
    return {
      schema,
      rawColumns,
      async compute(chunks, layout) {
        const rows = await load(database, rawColumns, chunks);
        const batch = await collect(context, { table: 'batch', rows }, layout, mode);
        const { seed } = request;
        if (seed !== null) await checkRowDependence(context, batch, { rawColumns, seed, batch: batches++, mode });
        return batch;
      },
      close: database.close,
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

async function loadState({ connection }: Database, state: Record<string, string>): Promise<void> {
  await connection.run('CREATE SCHEMA state');
  for (const [table, path] of Object.entries(state)) {
    try {
      await connection.run(`CREATE TABLE state.${identifier(table)} AS SELECT * FROM read_parquet(${literal(path)})`);
    } catch (error) {
      const known = asDataError(error, { uri: path, format: 'parquet' });
      if (known instanceof UserError) {
        throw new UserError(`the fitted table state.${table} can't be read: ${known.message}`, {
          fix: 'Train the version again.',
          cause: error,
        });
      }
      throw error;
    }
  }
}

async function load(
  { connection }: Database,
  columns: readonly RawColumn[],
  chunks: readonly Chunk[],
): Promise<number> {
  await emptyBatch(connection, columns);
  const appender = await connection.createAppender('batch', 'tiltyard');
  let rows = 0;
  for (const chunk of chunks) {
    appender.appendDataChunk(chunk);
    rows += chunk.rowCount;
  }
  appender.closeSync();
  return rows;
}
