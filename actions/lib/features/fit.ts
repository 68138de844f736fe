import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { appendChunks } from '#lib/data/append.ts';
import { DUCKDB_TYPE } from '#lib/data/column-type.ts';
import type { Dataset } from '#lib/data/dataset.ts';
import {
  type Connection,
  chunksOf,
  type Database,
  type DatabaseOptions,
  identifier,
  literal,
  lock,
  openDatabase,
} from '#lib/data/duckdb.ts';
import { readChunks } from '#lib/data/read.ts';
import { UserError } from '#registry/error.ts';
import { asSqlError } from './collect.ts';
import { validateSql } from './sql.ts';

export interface FitRequest {
  /** `state/<name>.sql`: name → text. */
  statements: Record<string, string>;
  /** Where the training rows are read, and the Parquet files written. */
  connection: Connection;
  /** The training rows; the SQL sees every declared column, label and `known_later` included. */
  dataset: Dataset;
  /** Receives `<name>.parquet`; made if it is missing. */
  folder: string;
  /** Of the sandbox; the rows may spill into its temporary folder. */
  database: DatabaseOptions;
}

/** As an artifact's folder has them. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/**
 * Fits the state tables: runs each statement over all training rows, in a locked sandbox, and writes its result as
 * Parquet with sorted rows, so that the same data gives the same bytes. Returns name → path.
 */
export async function fitState(request: FitRequest): Promise<Record<string, string>> {
  const { statements, connection, dataset, folder } = request;
  if (Object.keys(statements).length === 0) return {};
  await mkdir(folder, { recursive: true });
  const sandbox = await openDatabase(request.database);
  try {
    await loadSource(sandbox, connection, dataset);
    await lock(sandbox);
    const paths: Record<string, string> = {};
    for (const [name, sql] of Object.entries(statements).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (!NAME.test(name)) {
        throw new UserError(`state/${name}.sql can't be a table of that name`, {
          fix: 'Use lower-case letters, digits and _, a letter first.',
        });
      }
      const file = `state/${name}.sql`;
      const columns = dataset.columns.map((column) => column.name);
      await validateSql(sandbox.connection, sql, { name: file, states: [], columns });
      paths[name] = join(folder, `${name}.parquet`);
      await fitOne(sandbox.connection, connection, { sql, file, path: paths[name] });
    }
    return paths;
  } finally {
    sandbox.close();
  }
}

async function loadSource({ connection }: Database, from: Connection, dataset: Dataset): Promise<void> {
  const columns = dataset.columns.map(({ name, type }) => `${identifier(name)} ${DUCKDB_TYPE[type]}`);
  await connection.run(`CREATE TABLE source (${columns.join(', ')})`);
  const expressions = dataset.columns.map(({ name }) => identifier(name));
  await appendChunks(connection, { name: 'source' }, readChunks(from, dataset, expressions));
}

async function fitOne(
  sandbox: Connection,
  writer: Connection,
  { sql, file, path }: { sql: string; file: string; path: string },
): Promise<void> {
  try {
    const result = await sandbox.stream(sql);
    const columns = result.columnNames().map((name, index) => `${identifier(name)} ${result.columnType(index)}`);
    await writer.run(`CREATE OR REPLACE TABLE fitted (${columns.join(', ')})`);
    await appendChunks(writer, { name: 'fitted' }, chunksOf(result));
  } catch (error) {
    throw asSqlError(error, file);
  }
  await writer.run(
    `COPY (SELECT * FROM fitted ORDER BY ALL) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd); DROP TABLE fitted`,
  );
}
