import type { Chunk } from '#lib/data/duckdb.ts';
import { identifier } from '#lib/data/duckdb.ts';
import {
  float32Column,
  float64Column,
  int64Column,
  isValid,
  type NumberColumn,
  textColumn,
  uint8Column,
  type Validity,
} from '#lib/data/vector.ts';
import { UserError } from '#registry/error.ts';
import type { Feature } from './schema.ts';

/**
 * `matrix`: one row-major Float32Array of all features (null becomes NaN), for a model with a single float tensor.
 * `columns`: one array a feature, of the feature's own type.
 */
export type Layout = 'matrix' | 'columns';

/** The values of one feature, in the order of the rows. A null is NaN in a float or double; elsewhere it is refused. */
export type FeatureValues =
  | { type: 'float'; values: Float32Array }
  | { type: 'double'; values: Float64Array }
  | { type: 'int64'; values: BigInt64Array }
  | { type: 'bool'; values: Uint8Array }
  | { type: 'string'; values: string[] };

export type Batch =
  | { layout: 'matrix'; rows: number; matrix: Float32Array }
  | { layout: 'columns'; rows: number; columns: FeatureValues[] };

/** A feature as SQL of the type that its layout reads; `table` is what the query calls features.sql. */
export function valueExpression({ name, type }: Feature, layout: Layout, table: string): string {
  const column = `${table}.${identifier(name)}`;
  if (layout === 'matrix') {
    if (type === 'string') {
      throw new UserError(`the feature ${name} is text, but the model takes one tensor of numbers`, {
        fix: `Turn ${name} into a number in features.sql, or export the model with one input per column.`,
      });
    }
    return `CAST(${column} AS FLOAT)`;
  }
  if (type === 'float') return column;
  if (type === 'double') return `CAST(${column} AS DOUBLE)`;
  if (type === 'int64') return `CAST(${column} AS BIGINT)`;
  return type === 'bool' ? `CAST(${column} AS UTINYINT)` : `CAST(${column} AS VARCHAR)`;
}

export interface Target {
  batch: Batch;
  /**
   * Copies the feature columns of a chunk, which begin at column `first`; row i of the chunk goes to `rows[i]`. Throws
   * where an integer, boolean or text is null; `idOf` tells the error which row that is.
   */
  write(chunk: Chunk, first: number, rows: Int32Array, idOf: (row: number) => string): void;
}

/** An empty batch and how to fill it. */
export function createTarget(schema: readonly Feature[], rows: number, layout: Layout): Target {
  if (layout === 'matrix') {
    const width = schema.length;
    const matrix = new Float32Array(rows * width);
    return {
      batch: { layout, rows, matrix },
      write(chunk, first, at) {
        for (let j = 0; j < width; j++) {
          const { items, validity } = float32Column(chunk, first + j);
          for (let i = 0; i < items.length; i++) matrix[at[i] * width + j] = items[i];
          if (validity === null) continue;
          for (let i = 0; i < items.length; i++) if (!isValid(validity, i)) matrix[at[i] * width + j] = Number.NaN;
        }
      },
    };
  }
  const columns = schema.map(({ type }) => emptyValues(type, rows));
  return {
    batch: { layout, rows, columns },
    write(chunk, first, at, idOf) {
      const count = chunk.rowCount;
      for (const [j, column] of columns.entries()) {
        writeColumn(chunk, first + j, count, at, column, (row) => nullError(schema[j], idOf(row)));
      }
    },
  };
}

function emptyValues(type: Feature['type'], rows: number): FeatureValues {
  if (type === 'float') return { type, values: new Float32Array(rows) };
  if (type === 'double') return { type, values: new Float64Array(rows) };
  if (type === 'int64') return { type, values: new BigInt64Array(rows) };
  if (type === 'bool') return { type, values: new Uint8Array(rows) };
  return { type, values: new Array<string>(rows).fill('') };
}

function writeColumn(
  chunk: Chunk,
  index: number,
  count: number,
  at: Int32Array,
  out: FeatureValues,
  nullAt: (row: number) => UserError,
): void {
  switch (out.type) {
    case 'float':
      return copyNumbers(float32Column(chunk, index), at, out.values);
    case 'double':
      return copyNumbers(float64Column(chunk, index), at, out.values);
    case 'int64': {
      const { items, validity } = int64Column(chunk, index);
      requireAll(validity, count, nullAt);
      for (let i = 0; i < count; i++) out.values[at[i]] = items[i];
      return;
    }
    case 'bool': {
      const { items, validity } = uint8Column(chunk, index);
      requireAll(validity, count, nullAt);
      return copy(items, at, out.values);
    }
    case 'string': {
      const text = textColumn(chunk, index);
      for (let i = 0; i < count; i++) {
        const value = text(i);
        if (value === null) throw nullAt(i);
        out.values[at[i]] = value;
      }
    }
  }
}

/** Null becomes NaN. */
function copyNumbers<T extends Float32Array | Float64Array>(
  { items, validity }: NumberColumn<T>,
  at: Int32Array,
  out: T,
): void {
  copy(items, at, out);
  if (validity === null) return;
  for (let i = 0; i < items.length; i++) if (!isValid(validity, i)) out[at[i]] = Number.NaN;
}

function copy<T extends Float32Array | Float64Array | Uint8Array>(items: T, at: Int32Array, out: T): void {
  for (let i = 0; i < items.length; i++) out[at[i]] = items[i];
}

function requireAll(validity: Validity, count: number, nullAt: (row: number) => UserError): void {
  if (validity === null) return;
  for (let i = 0; i < count; i++) if (!isValid(validity, i)) throw nullAt(i);
}

function nullError({ name, type }: Feature, id: string): UserError {
  return new UserError(`the feature ${name} is null for the id ${id}, but a model input of type ${type} has no null`, {
    fix: `In features.sql, write coalesce(${name}, …), or cast a number to DOUBLE, where null becomes NaN.`,
  });
}
