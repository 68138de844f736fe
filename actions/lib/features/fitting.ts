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
import { bind } from './binding.ts';
import { asSqlError } from './collect.ts';
import type { OutputColumn } from './schema.ts';
import { validateSql } from './sql.ts';

/** One `state/<name>.sql`. */
export interface FittedTable {
  name: string;
  sql: string;
  /** What errors call it. */
  file: string;
  /** The hidden columns (label, `known_later`) that it can't do without; the others it does not get to see. */
  sees: string[];
  outputs: OutputColumn[];
}

/** The training rows in a locked sandbox, on which state tables are fitted, also on rows of which some values differ. */
export interface Fitting {
  /** Of the sandbox, which holds all rows as `tiltyard.rows`. */
  connection: Connection;
  tables: FittedTable[];
  /**
   * Fits one table into a Parquet file with sorted rows, so that the same rows give the same bytes. `instead` gives
   * columns other values: name → SQL over `tiltyard.rows`.
   */
  fit(table: FittedTable, path: string, instead?: Readonly<Record<string, string>>): Promise<void>;
  close(): void;
}

export interface FittingRequest {
  /** `state/<name>.sql`: name → text. */
  statements: Record<string, string>;
  /** Where the training rows are read, and the Parquet files written. */
  connection: Connection;
  /** The training rows. */
  dataset: Dataset;
  /** The label and `known_later`. */
  hidden: readonly string[];
  /** Of the sandbox; the rows may spill into its temporary folder. */
  database: DatabaseOptions;
}

/** As an artifact's folder has them. */
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Loads the rows, and checks and binds each statement. Errors are the user's. */
export async function openFitting(request: FittingRequest): Promise<Fitting> {
  const { statements, connection: writer, dataset, hidden } = request;
  const sandbox = await openDatabase(request.database);
  try {
    const { connection } = sandbox;
    await loadRows(sandbox, writer, dataset);
    await lock(sandbox);
    const all = dataset.columns.map((column) => column.name);
    const tables: FittedTable[] = [];
    for (const [name, sql] of Object.entries(statements).toSorted(([a], [b]) => (a < b ? -1 : 1))) {
      if (!NAME.test(name)) {
        throw new UserError(`state/${name}.sql can't be a table of that name`, {
          fix: 'Use lower-case letters, digits and _, a letter first.',
        });
      }
      const file = `state/${name}.sql`;
      await validateSql(connection, sql, { name: file, states: [], columns: all });
      tables.push({ name, sql, file, ...(await bindTable(connection, { sql, file, all, hidden })) });
    }
    return {
      connection,
      tables,
      async fit(table, path, instead = {}) {
        const unseen = new Set(hidden.filter((name) => !table.sees.includes(name)));
        const visible = all.filter((name) => !unseen.has(name));
        await showRows(connection, visible, instead);
        await writeTable(connection, writer, table, path);
      },
      close: sandbox.close,
    };
  } catch (error) {
    sandbox.close();
    throw error;
  }
}

async function loadRows({ connection }: Database, from: Connection, dataset: Dataset): Promise<void> {
  const columns = dataset.columns.map(({ name, type }) => `${identifier(name)} ${DUCKDB_TYPE[type]}`);
  await connection.run(`CREATE SCHEMA tiltyard; CREATE TABLE tiltyard.rows (${columns.join(', ')})`);
  const expressions = dataset.columns.map(({ name }) => identifier(name));
  await appendChunks(connection, { schema: 'tiltyard', name: 'rows' }, readChunks(from, dataset, expressions));
}

/** Lets `source` show these columns, some with other values than the rows have. */
async function showRows(
  connection: Connection,
  columns: readonly string[],
  instead: Readonly<Record<string, string>>,
): Promise<void> {
  const list = columns.map((name) => {
    const value = Object.hasOwn(instead, name) ? `${instead[name]} AS ` : '';
    return `${value}${identifier(name)}`;
  });
  await connection.run(`CREATE OR REPLACE VIEW main.source AS SELECT ${list.join(', ')} FROM tiltyard.rows`);
}

/**
 * Which of the hidden columns the statement needs: those without which it would not bind, or give other columns. One that
 * needs none is fitted without them, so that no trick of SQL (a row as JSON, its hash) lets them in.
 */
async function bindTable(
  connection: Connection,
  { sql, file, all, hidden }: { sql: string; file: string; all: readonly string[]; hidden: readonly string[] },
): Promise<Pick<FittedTable, 'sees' | 'outputs'>> {
  const without = async (names: readonly string[]) => {
    await showRows(
      connection,
      all.filter((name) => !names.includes(name)),
      {},
    );
    return bind(connection, sql);
  };
  let outputs: OutputColumn[];
  try {
    outputs = await without([]);
  } catch (error) {
    throw asSqlError(error, file);
  }
  const spared = async (names: readonly string[]) =>
    without(names).then(
      (others) => JSON.stringify(others) === JSON.stringify(outputs),
      () => false,
    );
  if (await spared(hidden)) return { sees: [], outputs };
  const sees: string[] = [];
  for (const name of hidden) if (!(await spared([name]))) sees.push(name);
  // Where each alone can be spared but not all of them, nobody can tell which it takes.
  return { sees: sees.length === 0 ? [...hidden] : sees, outputs };
}

async function writeTable(
  sandbox: Connection,
  writer: Connection,
  { sql, file }: FittedTable,
  path: string,
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
