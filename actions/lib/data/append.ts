import {
  BIGINT,
  BOOLEAN,
  DOUBLE,
  DuckDBBigIntVector,
  DuckDBDataChunk,
  DuckDBDoubleVector,
  DuckDBFloatVector,
  FLOAT,
  VARCHAR,
} from '@duckdb/node-api';
import { type Chunk, type Connection, identifier } from './duckdb.ts';

/** A column of values to be appended: typed arrays, or texts, or booleans as 0 and 1. */
export type ColumnValues =
  | { type: 'float'; values: Float32Array }
  | { type: 'double'; values: Float64Array }
  | { type: 'int64'; values: BigInt64Array }
  | { type: 'bool'; values: Uint8Array }
  | { type: 'string'; values: string[] };

const TYPES = { float: FLOAT, double: DOUBLE, int64: BIGINT, bool: BOOLEAN, string: VARCHAR };

/** Creates (or replaces) a temporary table for columns of these names and types, in the connection's database. */
export async function createTemporary(
  connection: Connection,
  table: string,
  columns: readonly { name: string; type: ColumnValues['type'] }[],
): Promise<void> {
  const list = columns.map(({ name, type }) => `${identifier(name)} ${TYPES[type]}`);
  await connection.run(`CREATE OR REPLACE TEMP TABLE ${identifier(table)} (${list.join(', ')})`);
}

/** Appends `rows` rows of columns to a temporary table, in DuckDB's own chunks. */
export async function appendColumns(
  connection: Connection,
  table: string,
  columns: readonly ColumnValues[],
  rows: number,
): Promise<void> {
  const appender = await connection.createAppender(table, null, 'temp');
  const types = columns.map(({ type }) => TYPES[type]);
  for (let start = 0; start < rows; start += 2048) {
    const count = Math.min(2048, rows - start);
    const chunk = DuckDBDataChunk.create(types, count);
    for (const [index, column] of columns.entries()) fill(chunk, index, column, start, count);
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

/** Appends chunks of another query (of any connection) to a table. Returns the number of rows. */
export async function appendChunks(
  connection: Connection,
  table: { schema?: string; name: string },
  chunks: AsyncIterable<Chunk> | Iterable<Chunk>,
): Promise<number> {
  const appender = await connection.createAppender(table.name, table.schema ?? null);
  let rows = 0;
  for await (const chunk of chunks) {
    appender.appendDataChunk(chunk);
    rows += chunk.rowCount;
  }
  appender.closeSync();
  return rows;
}

function fill(chunk: DuckDBDataChunk, index: number, column: ColumnValues, start: number, count: number): void {
  if (column.type === 'string') return chunk.setColumnValues(index, column.values.slice(start, start + count));
  if (column.type === 'bool') {
    return chunk.setColumnValues(
      index,
      Array.from(column.values.subarray(start, start + count), (value) => value === 1),
    );
  }
  const vector = chunk.getColumnVector(index);
  if (column.type === 'float' && vector instanceof DuckDBFloatVector) {
    vector['items'].set(column.values.subarray(start, start + count));
  } else if (column.type === 'double' && vector instanceof DuckDBDoubleVector) {
    vector['items'].set(column.values.subarray(start, start + count));
  } else if (column.type === 'int64' && vector instanceof DuckDBBigIntVector) {
    vector['items'].set(column.values.subarray(start, start + count));
  }
  vector.flush();
}
