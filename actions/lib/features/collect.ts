import { type Chunk, type Connection, identifier } from '#lib/data/duckdb.ts';
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

/**
 * The features of the hidden batch, whose every row must come back exactly once. Most features.sql keeps the order of
 * the rows, and then comparing ids position by position is twice as fast as a join; `null` says that this one does not,
 * or that ids don't pair, which `collectById` finds out.
 */
export async function collectInOrder(context: Context, rows: number, layout: Layout): Promise<Batch | null> {
  const key = identifier(context.id);
  const target = createTarget(context.schema, rows, layout);
  const positions = new Int32Array(2048);
  let count = 0;
  const sql =
    `SELECT CAST(coalesce(features.${key} = batch.${key}, false) AS UTINYINT), CAST(features.${key} AS VARCHAR), ` +
    `${values(context, layout)} FROM tiltyard.features AS features ` +
    `POSITIONAL JOIN (SELECT ${key} FROM tiltyard.batch) AS batch`;
  for await (const chunk of run(context, sql)) {
    const paired = uint8Column(chunk, 0).items;
    if (paired.includes(0) || count + paired.length > rows) return null;
    for (let i = 0; i < paired.length; i++) positions[i] = count + i;
    target.write(chunk, 2, positions, (row) => textColumn(chunk, 1)(row) ?? '(null)');
    count += paired.length;
  }
  return count === rows ? target.batch : null;
}

/**
 * The features of the rows that `source` shows now, each put where its row stands in the hidden batch of `rows` rows, by
 * joining on the id. `expected` different rows must come back, each once; `visited` lists them as they came.
 */
export async function collectById(
  context: Context,
  rows: number,
  layout: Layout,
  expected: number,
): Promise<{ batch: Batch; visited: Int32Array }> {
  const key = identifier(context.id);
  const target = createTarget(context.schema, rows, layout);
  const seen = new Uint8Array(rows);
  const visited = new Int32Array(rows);
  const wrong = { foreign: 0, twice: 0, ids: new Set<string>() };
  let count = 0;
  const sql =
    `SELECT CAST(batch.rowid AS INTEGER), CAST(features.${key} AS VARCHAR), ${values(context, layout)} ` +
    `FROM tiltyard.features AS features LEFT JOIN tiltyard.batch AS batch ON features.${key} = batch.${key}`;
  for await (const chunk of run(context, sql)) {
    const { items, validity } = int32Column(chunk, 0);
    const id = (row: number) => textColumn(chunk, 1)(row) ?? '(null)';
    for (let i = 0; i < items.length; i++) {
      const known = isValid(validity, i);
      if (known && seen[items[i]] === 0) {
        seen[items[i]] = 1;
        visited[count++] = items[i];
        continue;
      }
      if (known) wrong.twice++;
      else wrong.foreign++;
      if (wrong.ids.size < 5) wrong.ids.add(id(i));
    }
    if (wrong.foreign === 0) target.write(chunk, 2, items, id);
  }
  const missing = expected - count;
  if (missing > 0 || wrong.foreign > 0 || wrong.twice > 0) {
    throw await pairingError(context, { ...wrong, missing, expected, seen: expected === rows ? seen : null });
  }
  return { batch: target.batch, visited: visited.subarray(0, count) };
}

function values({ schema }: Context, layout: Layout): string {
  return schema.map((feature) => valueExpression(feature, layout, 'features')).join(', ');
}

async function* run({ connection, name }: Context, sql: string): AsyncGenerator<Chunk> {
  try {
    const result = await connection.stream(sql);
    for (;;) {
      const chunk = await result.fetchChunk();
      if (chunk === null || chunk.rowCount === 0) return;
      yield chunk;
    }
  } catch (error) {
    throw asSqlError(error, name);
  }
}

/** What DuckDB said while the SQL ran over rows, as the user's error; a bug or lack of memory comes back as it was. */
export function asSqlError(error: unknown, name: string): unknown {
  if (!(error instanceof Error) || error instanceof UserError) return error;
  if (/^(INTERNAL|FATAL|Out of Memory)/i.test(error.message)) return error;
  return new UserError(`${name} failed on these rows: ${error.message.split('\n')[0]}`, {
    fix: 'Guard the expression, for example with TRY_CAST or NULLIF.',
    cause: error,
  });
}
