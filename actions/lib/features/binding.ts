import { DUCKDB_TYPE } from '#lib/data/column-type.ts';
import type { RawColumn } from '#lib/data/dataset.ts';
import { type Connection, identifier } from '#lib/data/duckdb.ts';
import { UserError } from '#registry/error.ts';
import { asSqlError } from './collect.ts';
import type { OutputColumn } from './schema.ts';

/*
 * The sandbox's layout. The SQL sees the view `source` (a choice of columns of a table in the schema `tiltyard`, which it
 * may not name) and the tables of `state`. A view has no `rowid`, so nothing beside the raw columns shows.
 */

/** Lets `source` show these columns of the hidden table. */
export async function showSource(connection: Connection, columns: readonly string[], table = 'batch'): Promise<void> {
  const list = columns.map(identifier).join(', ');
  await connection.run(`CREATE OR REPLACE VIEW main.source AS SELECT ${list} FROM tiltyard.${table}`);
}

/** An empty hidden table of these columns; replacing it also starts its row numbers at 0 again. */
export async function emptyBatch(connection: Connection, columns: readonly RawColumn[]): Promise<void> {
  const list = columns.map(({ name, type }) => `${identifier(name)} ${DUCKDB_TYPE[type]}`);
  await connection.run(`CREATE OR REPLACE TABLE tiltyard.batch (${list.join(', ')})`);
}

/** The columns that the SQL gives, found by binding it without running it. */
export async function bind(connection: Connection, sql: string): Promise<OutputColumn[]> {
  const statement = await connection.prepare(sql);
  try {
    return Array.from({ length: statement.columnCount }, (_, index) => ({
      name: statement.columnName(index),
      type: statement.columnType(index).toString(),
    }));
  } finally {
    statement.destroySync();
  }
}

export interface BindRequest {
  sql: string;
  /** What errors call the SQL. */
  name: string;
  /** The raw columns that a prediction can see. */
  columns: readonly RawColumn[];
  /** The label and `known_later`: named in the error of SQL that wants them. */
  hidden: readonly RawColumn[];
  id: string;
}

export interface Bound {
  outputs: OutputColumn[];
  /** The raw columns without which the SQL would fail or give other columns; the id is always the first. */
  needed: RawColumn[];
}

/**
 * Binds the SQL over `source` and finds which raw columns it needs, by binding it again without each. Leaves the sandbox
 * with a `source` of the needed columns alone.
 */
export async function bindSql(connection: Connection, request: BindRequest): Promise<Bound> {
  const { sql, columns, id } = request;
  const all = columns.map(({ name }) => name);
  const withColumns = async (visible: readonly RawColumn[]) => {
    await emptyBatch(connection, visible);
    await showSource(
      connection,
      visible.map(({ name }) => name),
    );
    return bind(connection, sql);
  };
  let outputs: OutputColumn[];
  try {
    outputs = await withColumns(columns);
  } catch (error) {
    throw await explain(request, error, withColumns);
  }
  const without = async (names: ReadonlySet<string>) => {
    const visible = columns.filter(({ name }) => !names.has(name));
    try {
      return JSON.stringify(await withColumns(visible)) === JSON.stringify(outputs);
    } catch {
      return false;
    }
  };
  const unneeded = new Set<string>();
  for (const name of all) if (name !== id && (await without(new Set([name])))) unneeded.add(name);
  // One by one they are unneeded; together they might be two spellings of the same choice. Then all are read.
  if (!(await without(unneeded))) unneeded.clear();
  const first = columns.filter(({ name }) => name === id);
  const needed = [...first, ...columns.filter(({ name }) => name !== id && !unneeded.has(name))];
  await withColumns(needed);
  return { outputs, needed };
}

/** Why the SQL does not bind: it wants a hidden column, or DuckDB's own words with the line. */
async function explain(
  { name, columns, hidden }: BindRequest,
  error: unknown,
  withColumns: (visible: readonly RawColumn[]) => Promise<OutputColumn[]>,
): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const { message } = error;
  // A hidden column that DuckDB's message names, and without which it would say something else, is one that is wanted.
  const named = new Set([...message.matchAll(/"([^"]*)"/g)].map((match) => match[1].toLowerCase()));
  const wanted: string[] = [];
  for (const column of hidden) {
    if (!named.has(column.name.toLowerCase())) continue;
    const shown = await withColumns([...columns, column]).then(
      () => '',
      (other: unknown) => (other instanceof Error ? other.message : ''),
    );
    if (shown !== message) wanted.push(column.name);
  }
  if (wanted.length === 0) return asSqlError(error, name);
  const line = /^LINE (\d+):/m.exec(message)?.[1];
  const [are, they, them] = wanted.length === 1 ? ['is', 'it is', 'it'] : ['are', 'they are', 'them'];
  return new UserError(
    `${name}${line === undefined ? '' : `, line ${line},`} uses ${wanted.join(', ')}, which ${are} hidden from it: ` +
      `${they} the label or known only later, so a prediction can't see ${them}`,
    {
      fix: 'Compute the features from other columns; data.label and data.known_later in model.yaml list the hidden ones.',
      cause: error,
    },
  );
}
