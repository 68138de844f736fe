import {
  DuckDBBigIntVector,
  DuckDBDoubleVector,
  DuckDBFloatVector,
  DuckDBIntegerVector,
  DuckDBUBigIntVector,
  DuckDBUHugeIntVector,
  DuckDBUTinyIntVector,
  DuckDBVarCharVector,
} from '@duckdb/node-api';
import type { Chunk } from './duckdb.ts';

/*
 * The vectors of a chunk without a call per cell. The package keeps `items` and `validity` private in its types, though
 * they are plain fields; index access reads them. They lie in DuckDB's memory: copy what must outlive the chunk.
 */

/** Which rows are not null: bit i of the little-endian words; `null` where all are. */
export type Validity = Uint32Array | null;

export interface NumberColumn<T> {
  items: T;
  validity: Validity;
}

function words(data: BigUint64Array | null): Validity {
  return data === null ? null : new Uint32Array(data.buffer, data.byteOffset, data.length * 2);
}

function unexpected(wanted: string, index: number): Error {
  return new Error(`column ${index} of the chunk is not ${wanted}; the query should have cast it`);
}

/** Whether row `row` of the chunk holds a value. */
export function isValid(validity: Validity, row: number): boolean {
  return validity === null || ((validity[row >>> 5] >>> (row & 31)) & 1) === 1;
}

/** Column `index`, which the query made DOUBLE. */
export function float64Column(chunk: Chunk, index: number): NumberColumn<Float64Array> {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBDoubleVector)) throw unexpected('DOUBLE', index);
  return { items: vector['items'], validity: words(vector['validity']['data']) };
}

/** Column `index`, which the query made FLOAT. */
export function float32Column(chunk: Chunk, index: number): NumberColumn<Float32Array> {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBFloatVector)) throw unexpected('FLOAT', index);
  return { items: vector['items'], validity: words(vector['validity']['data']) };
}

/** Column `index`, which the query made INTEGER. */
export function int32Column(chunk: Chunk, index: number): NumberColumn<Int32Array> {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBIntegerVector)) throw unexpected('INTEGER', index);
  return { items: vector['items'], validity: words(vector['validity']['data']) };
}

/** Column `index`, which the query made BIGINT. */
export function int64Column(chunk: Chunk, index: number): NumberColumn<BigInt64Array> {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBBigIntVector)) throw unexpected('BIGINT', index);
  return { items: vector['items'], validity: words(vector['validity']['data']) };
}

/** Column `index`, which the query made UBIGINT. */
export function uint64Column(chunk: Chunk, index: number): NumberColumn<BigUint64Array> {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBUBigIntVector)) throw unexpected('UBIGINT', index);
  return { items: vector['items'], validity: words(vector['validity']['data']) };
}

/** Column `index`, which the query made UTINYINT. */
export function uint8Column(chunk: Chunk, index: number): NumberColumn<Uint8Array> {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBUTinyIntVector)) throw unexpected('UTINYINT', index);
  return { items: vector['items'], validity: words(vector['validity']['data']) };
}

/** The lower 64 bits of column `index`, which the query made UHUGEINT without a null. */
export function lowWords(chunk: Chunk, index: number): BigUint64Array {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBUHugeIntVector)) throw unexpected('UHUGEINT', index);
  const view = vector['dataView'];
  // DuckDB keeps 16 bytes a value, the lower half first.
  const halves = new BigUint64Array(view.buffer, view.byteOffset, 2 * vector.itemCount);
  const low = new BigUint64Array(vector.itemCount);
  for (let i = 0; i < low.length; i++) low[i] = halves[2 * i];
  return low;
}

/** Column `index`, which the query made VARCHAR; each text is decoded only when it is asked for. */
export function textColumn(chunk: Chunk, index: number): (row: number) => string | null {
  const vector = chunk.getColumnVector(index);
  if (!(vector instanceof DuckDBVarCharVector)) throw unexpected('VARCHAR', index);
  return (row) => vector.getItem(row);
}
