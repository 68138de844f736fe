import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, type DuckDBResult } from '@duckdb/node-api';

export type Connection = DuckDBConnection;
export type Chunk = DuckDBDataChunk;

/** A DuckDB of one's own, in memory; `close` frees it. */
export interface Database {
  connection: Connection;
  close(): void;
}

export interface DatabaseOptions {
  /** Where DuckDB may spill, into a folder of its own; the caller removes it. */
  temporary: string;
  /** As DuckDB writes it, for example `512MB`. */
  memory?: string;
}

/**
 * A DuckDB that reads data files. One thread and kept insertion order make the order of rows, and so every row number,
 * the same on each run. Extensions are never fetched: what the package brings (CSV, JSON, Parquet, ICU) is enough.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  await mkdir(options.temporary, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    threads: '1',
    memory_limit: options.memory ?? '512MB',
    // Every instance calls its files alike: two that spill into one folder overwrite each other's rows.
    temp_directory: join(options.temporary, randomUUID()),
    preserve_insertion_order: 'true',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  await connection.run("SET TimeZone = 'UTC'; SET enable_progress_bar = false");
  // For fewer than 64 rows DuckDB 1.5.5 runs ASOF joins as nested loops, and crashes where one on times alone is joined by
  // position, as `collect.ts` does. One row must go the way that many go anyhow.
  await connection.run('SET asof_loop_join_threshold = 0');
  return {
    connection,
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/**
 * Locks a database for SQL that isn't ours: no files, no network, no extensions, no attached databases, and no setting
 * that could be changed back. What the SQL may see must be loaded before.
 */
export async function lock(database: Database): Promise<void> {
  await database.connection.run('SET enable_external_access = false; SET lock_configuration = true');
}

/** A DuckDB that is locked from its first statement on. */
export async function openSandbox(options: DatabaseOptions): Promise<Database> {
  const database = await openDatabase(options);
  await lock(database);
  return database;
}

/** An identifier as SQL: `a"b` becomes `"a""b"`. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A text as an SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** The chunks of a result as they come, so that memory does not grow with the rows. */
export async function* chunksOf(result: DuckDBResult): AsyncGenerator<Chunk> {
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    yield chunk;
  }
}
