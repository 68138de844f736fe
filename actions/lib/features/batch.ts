import { type Connection, identifier } from '#lib/data/duckdb.ts';
import {
  float32Column,
  float64Column,
  int32Column,
  int64Column,
  isValid,
  textColumn,
  uint8Column,
} from '#lib/data/vector.ts';
import type { Chunk } from '#lib/data/duckdb.ts';
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

export interface Context {
  connection: Connection;
  schema: readonly Feature[];
  id: string;
  /** What errors call the SQL. */
  name: string;
}

/** The features joined to the hidden table by id: row number, id as text, then the features as the layout has them. */
function featureQuery({ schema, id }: Context, layout: Layout): string {
  const key = identifier(id);
  const values = schema.map((feature) => valueExpression(feature, layout));
  return (
    `SELECT CAST(batch.rowid AS INTEGER), CAST(features.${key} AS VARCHAR), ${values.join(', ')} ` +
    `FROM tiltyard.features AS features LEFT JOIN tiltyard.batch AS batch ON features.${key} = batch.${key}`
  );
}

function valueExpression({ name, type }: Feature, layout: Layout): string {
  const column = `features.${identifier(name)}`;
  if (layout === 'matrix') {
    if (type === 'string') {
      throw new UserError(`the feature ${name} is text, but the model takes one tensor of numbers`, {
        fix: `Turn ${name} into a number in features.sql, or export the model with one input per column.`,
      });
    }
    return `coalesce(CAST(${column} AS FLOAT), CAST('NaN' AS FLOAT))`;
  }
  if (type === 'float') return `coalesce(${column}, CAST('NaN' AS FLOAT))`;
  if (type === 'double') return `coalesce(CAST(${column} AS DOUBLE), CAST('NaN' AS DOUBLE))`;
  if (type === 'int64') return `CAST(${column} AS BIGINT)`;
  return type === 'bool' ? `CAST(${column} AS UTINYINT)` : `CAST(${column} AS VARCHAR)`;
}

/**
 * Runs features.sql over the rows that `source` shows now and puts each result where its row belongs. With `expected`
 * `all`, every one of the `rows` hidden rows must come back exactly once; with a number, that many different ones.
 * `visited` lists the row numbers in the order in which they came.
 */
export async function collect(
  context: Context,
  rows: number,
  layout: Layout,
  expected: 'all' | number,
): Promise<Batch & { visited: Int32Array }> {
  const { connection, schema } = context;
  const target = createTarget(schema, rows, layout);
  const seen = new Uint8Array(rows);
  const visited = new Int32Array(rows);
  const wrong = { foreign: 0, twice: 0, ids: new Set<string>() };
  let count = 0;
  const result = await connection.stream(featureQuery(context, layout)).catch((error: unknown) => {
    throw asSqlError(error, context.name);
  });
  for (;;) {
    const chunk = await result.fetchChunk().catch((error: unknown) => {
      throw asSqlError(error, context.name);
    });
    if (chunk === null || chunk.rowCount === 0) break;
    const numbers = int32Column(chunk, 0);
    for (let i = 0; i < chunk.rowCount; i++) {
      const known = isValid(numbers.validity, i);
      const row = numbers.items[i];
      if (known && seen[row] === 0) {
        seen[row] = 1;
        visited[count++] = row;
        continue;
      }
      if (known) wrong.twice++;
      else wrong.foreign++;
      if (wrong.ids.size < 5) wrong.ids.add(textColumn(chunk, 1)(i) ?? '(null)');
    }
    if (wrong.foreign === 0) target.write(chunk, numbers.items, context);
  }
  const missing = (expected === 'all' ? rows : expected) - count;
  if (missing > 0 || wrong.foreign > 0 || wrong.twice > 0) {
    throw await pairingError(context, { ...wrong, missing, rows: count + missing, seen, all: expected === 'all' });
  }
  return { ...target.batch, visited: visited.subarray(0, count) };
}

function asSqlError(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError || /^(INTERNAL|Out of Memory)/i.test(error.message))
    return error;
  return new UserError(`${name} failed on these rows: ${error.message.split('\n')[0]}`, {
    fix: 'Guard the expression, for example with TRY_CAST or NULLIF.',
    cause: error,
  });
}

interface Pairing {
  foreign: number;
  twice: number;
  missing: number;
  rows: number;
  ids: Set<string>;
  seen: Uint8Array;
  all: boolean;
}

async function pairingError({ connection, id, name }: Context, found: Pairing): Promise<UserError> {
  const ids = [...found.ids];
  if (ids.length === 0 && found.all) {
    const rows: number[] = [];
    for (let row = 0; row < found.seen.length && rows.length < 5; row++) if (found.seen[row] === 0) rows.push(row);
    const result = await connection.runAndReadAll(
      `SELECT CAST(${identifier(id)} AS VARCHAR) FROM tiltyard.batch WHERE rowid IN (${rows.join(', ')}) ORDER BY rowid`,
    );
    ids.push(...result.getRowsJson().map(([value]) => (value === null ? '(null)' : String(value))));
  }
  const parts = [
    found.missing > 0 ? `${found.missing} missing` : '',
    found.twice > 0 ? `${found.twice} given again` : '',
    found.foreign > 0 ? `${found.foreign} with an id that is null or not among the rows` : '',
  ].filter((part) => part !== '');
  return new UserError(
    `${name} gives ids that do not pair with the rows of source: of ${found.rows} rows, ${parts.join(', ')}; first ids: ${ids.join(', ')}`,
    {
      fix: `Give each row of source exactly one row with its own ${id}: no WHERE, no join that multiplies (LEFT JOIN on a unique key).`,
    },
  );
}

interface Target {
  batch: Batch;
  write(chunk: Chunk, rows: Int32Array, context: Context): void;
}

/** Where the feature columns of a chunk (from column 2 on) are scattered to, by row number. */
function createTarget(schema: readonly Feature[], rows: number, layout: Layout): Target {
  if (layout === 'matrix') {
    const width = schema.length;
    const matrix = new Float32Array(rows * width);
    return {
      batch: { layout, rows, matrix },
      write(chunk, at) {
        for (let j = 0; j < width; j++) {
          const { items } = float32Column(chunk, j + 2);
          for (let i = 0; i < items.length; i++) matrix[at[i] * width + j] = items[i];
        }
      },
    };
  }
  const columns = schema.map(({ type }) => emptyValues(type, rows));
  return {
    batch: { layout, rows, columns },
    write(chunk, at, context) {
      for (const [j, column] of columns.entries()) scatter(chunk, j + 2, at, column, schema[j], context);
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

function scatter(
  chunk: Chunk,
  index: number,
  at: Int32Array,
  out: FeatureValues,
  feature: Feature,
  context: Context,
): void {
  const refuseNull = (row: number) => {
    throw new UserError(
      `${context.name}: the feature ${feature.name} is null for the id ${textColumn(chunk, 1)(row)}, but a model input of type ${feature.type} has no null`,
      { fix: `Write coalesce(${feature.name}, …), or cast a number to DOUBLE, where null becomes NaN.` },
    );
  };
  const rows = chunk.rowCount;
  if (out.type === 'string') {
    const text = textColumn(chunk, index);
    for (let i = 0; i < rows; i++) out.values[at[i]] = text(i) ?? refuseNull(i);
    return;
  }
  if (out.type === 'float') copy(float32Column(chunk, index).items, at, out.values);
  else if (out.type === 'double') copy(float64Column(chunk, index).items, at, out.values);
  else {
    const { items, validity } = out.type === 'int64' ? int64Column(chunk, index) : uint8Column(chunk, index);
    if (validity !== null) for (let i = 0; i < rows; i++) if (!isValid(validity, i)) refuseNull(i);
    if (out.type === 'int64' && items instanceof BigInt64Array)
      for (let i = 0; i < rows; i++) out.values[at[i]] = items[i];
    if (out.type === 'bool' && items instanceof Uint8Array) copy(items, at, out.values);
  }
}

function copy(items: ArrayLike<number>, at: Int32Array, out: Float32Array | Float64Array | Uint8Array): void {
  for (let i = 0; i < items.length; i++) out[at[i]] = items[i];
}
