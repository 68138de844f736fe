import { type Chunk, type Connection, chunksOf, identifier } from '#lib/data/duckdb.ts';
import { int32Column, isValid, textColumn, uint8Column } from '#lib/data/vector.ts';
import { UserError } from '#registry/error.ts';
import { type Batch, createTarget, type Layout, valueExpression } from './batch.ts';
import { pairingError } from './pairing-error.ts';
import type { Feature } from './schema.ts';

export interface Context {
  connection: Connection;
  schema: readonly Feature[];
  id: string;
  /** What errors call the SQL. */
  name: string;
}

/** The hidden table whose rows `source` shows: the whole batch, or the sample that is computed again. */
export interface Shown {
  table: 'batch' | 'sample';
  rows: number;
}

/**
 * The features of the rows that `source` shows, in their order; every row must come back exactly once. Most features.sql
 * keeps the order, and then ids are compared position by position, at half the price of a join. `mode.ordered` remembers
 * where one does not.
 */
export async function collect(
  context: Context,
  shown: Shown,
  layout: Layout,
  mode: { ordered: boolean },
): Promise<Batch> {
  const inOrder = mode.ordered ? await collectInOrder(context, shown, layout) : null;
  mode.ordered = inOrder !== null;
  return inOrder ?? collectById(context, shown, layout);
}

/** Null where the SQL changes the order, or where ids don't pair, which `collectById` finds out. */
async function collectInOrder(context: Context, { table, rows }: Shown, layout: Layout): Promise<Batch | null> {
  const key = identifier(context.id);
  const target = createTarget(context.schema, rows, layout);
  const positions = new Int32Array(2048);
  let count = 0;
  const sql =
    `SELECT CAST(coalesce(features.${key} = shown.${key}, false) AS UTINYINT), features.${key}, ` +
    `${values(context, layout)} FROM tiltyard.features AS features ` +
    `POSITIONAL JOIN (SELECT ${key} FROM tiltyard.${table}) AS shown`;
  for await (const chunk of run(context, sql)) {
    const paired = uint8Column(chunk, 0).items;
    if (paired.includes(0) || count + paired.length > rows) return null;
    for (let i = 0; i < paired.length; i++) positions[i] = count + i;
    target.write(chunk, 2, positions, (row) => String(chunk.getColumnVector(1).getItem(row)));
    count += paired.length;
  }
  return count === rows ? target.batch : null;
}

async function collectById(context: Context, { table, rows }: Shown, layout: Layout): Promise<Batch> {
  const key = identifier(context.id);
  const target = createTarget(context.schema, rows, layout);
  const seen = new Uint8Array(rows);
  const wrong = { foreign: 0, twice: 0, ids: new Set<string>() };
  let count = 0;
  const sql =
    `SELECT CAST(shown.rowid AS INTEGER), CAST(features.${key} AS VARCHAR), ${values(context, layout)} ` +
    `FROM tiltyard.features AS features LEFT JOIN tiltyard.${table} AS shown ON features.${key} = shown.${key}`;
  for await (const chunk of run(context, sql)) {
    const { items, validity } = int32Column(chunk, 0);
    const id = (row: number) => textColumn(chunk, 1)(row) ?? '(null)';
    for (let i = 0; i < items.length; i++) {
      const known = isValid(validity, i);
      if (known && seen[items[i]] === 0) {
        seen[items[i]] = 1;
        count++;
        continue;
      }
      if (known) wrong.twice++;
      else wrong.foreign++;
      if (wrong.ids.size < 5) wrong.ids.add(id(i));
    }
    if (wrong.foreign === 0) target.write(chunk, 2, items, id);
  }
  const missing = rows - count;
  if (missing > 0 || wrong.foreign > 0 || wrong.twice > 0) {
    throw await pairingError(context, { ...wrong, missing, table, seen });
  }
  return target.batch;
}

function values({ schema }: Context, layout: Layout): string {
  return schema.map((feature) => valueExpression(feature, layout, 'features')).join(', ');
}

async function* run({ connection, name }: Context, sql: string): AsyncGenerator<Chunk> {
  try {
    const result = await connection.stream(sql);
    yield* chunksOf(result);
  } catch (error) {
    throw asSqlError(error, name);
  }
}

/** What DuckDB said of SQL that is the user's, as the user's error; a bug of DuckDB comes back as it was. */
export function asSqlError(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  if (/^(INTERNAL|FATAL)/i.test(error.message)) return error;
  if (/^Out of Memory/i.test(error.message)) {
    return new UserError(`${name} needs more memory than it is given`, {
      fix: 'Look for a join that multiplies rows, or a list gathered over many of them.',
      cause: error,
    });
  }
  const [said] = error.message.split('\n');
  if (/^(Binder|Catalog|Parser) Error/.test(said)) {
    const line = /^LINE (\d+):/m.exec(error.message)?.[1];
    const hint = /^(Candidate bindings: .*|Did you mean .*)$/m.exec(error.message)?.[1];
    return new UserError(`${name}${line === undefined ? '' : `, line ${line}`}: ${said}`, {
      fix: hint ?? 'Mend the SQL.',
      cause: error,
    });
  }
  return new UserError(`${name} failed on these rows: ${said}`, {
    fix: 'Guard the expression, for example with TRY_CAST or NULLIF.',
    cause: error,
  });
}
