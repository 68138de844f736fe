import type { RawColumn } from '#lib/data/dataset.ts';
import { identifier } from '#lib/data/duckdb.ts';
import { UserError } from '#registry/error.ts';
import type { Batch, Layout } from './batch.ts';
import { showSource } from './binding.ts';
import { type Context, collectById } from './collect.ts';

/**
 * Refuses features that depend on other rows: a seeded random tenth of the batch (of a small one up to half) is computed
 * again, alone and shuffled, and must give the same bits (NaN equals NaN, null equals null). Windows, ranks, aggregates
 * over source, LIMIT and samples all give themselves away, because at serving time a row comes alone. In the first batch
 * one row is also computed all by itself.
 */
export async function checkRowDependence(
  context: Context,
  full: Batch,
  options: { rawColumns: readonly RawColumn[]; seed: number; batch: number },
): Promise<void> {
  const { rows, layout } = full;
  if (rows < 2) return;
  const tenth = Math.max(1, Math.ceil(rows / 10), Math.min(64, Math.floor(rows / 2)));
  const names = options.rawColumns.map(({ name }) => name);
  for (const count of options.batch === 0 ? [tenth, 1] : [tenth]) {
    await sampleRows(context, names, count, options);
    const again = await collectById(context, rows, layout, count);
    const differing = differences(context, full, again.batch, again.visited);
    if (differing.columns.length > 0) throw await refusal(context, differing, count);
  }
  await showSource(context.connection, names);
}

/** Lets `source` show `count` rows of the batch, chosen and ordered by a hash of their number and the seed. */
async function sampleRows(
  { connection }: Context,
  names: readonly string[],
  count: number,
  { seed, batch }: { seed: number; batch: number },
): Promise<void> {
  const list = names.map((name) => `batch.${identifier(name)}`).join(', ');
  const place = `hash(rowid, ${seed}, ${batch}, ${count})`;
  await connection.run(
    `CREATE OR REPLACE TABLE tiltyard.sample AS SELECT ${list} ` +
      `FROM (SELECT rowid AS row, ${place} AS place FROM tiltyard.batch ORDER BY place LIMIT ${count}) AS chosen ` +
      'JOIN tiltyard.batch AS batch ON batch.rowid = chosen.row ORDER BY place',
  );
  await showSource(connection, names, 'sample');
}

interface Differences {
  columns: string[];
  /** The first row, as they were visited, in which the first of these columns differs. */
  row: number;
}

function differences({ schema }: Context, full: Batch, again: Batch, rows: Int32Array): Differences {
  const columns: string[] = [];
  let first = -1;
  for (const [j, { name }] of schema.entries()) {
    const row = firstDifference(valuesOf(full, j), valuesOf(again, j), rows, schema.length, full.layout, j);
    if (row < 0) continue;
    columns.push(name);
    if (first < 0) first = row;
  }
  return { columns, row: first };
}

function valuesOf(batch: Batch, column: number): ArrayLike<unknown> {
  return batch.layout === 'matrix' ? batch.matrix : batch.columns[column].values;
}

function firstDifference(
  a: ArrayLike<unknown>,
  b: ArrayLike<unknown>,
  rows: Int32Array,
  width: number,
  layout: Layout,
  column: number,
): number {
  for (const row of rows) {
    const index = layout === 'matrix' ? row * width + column : row;
    if (!Object.is(a[index], b[index])) return row;
  }
  return -1;
}

async function refusal({ connection, id, name }: Context, found: Differences, count: number): Promise<UserError> {
  const result = await connection.runAndReadAll(
    `SELECT CAST(${identifier(id)} AS VARCHAR) FROM tiltyard.batch WHERE rowid = ${found.row}`,
  );
  const list = found.columns.join(', ');
  const what =
    found.columns.length === 1 ? `the feature ${list} of a row depends` : `the features ${list} of a row depend`;
  const among = count === 1 ? 'for that row alone' : `for ${count} rows alone, shuffled`;
  return new UserError(
    `${name}: ${what} on other rows: computed again ${among}, another value came (first for the id ${result.getRowsJson()[0]?.[0]})`,
    {
      fix: 'Use the row’s own columns and state.* only; what is counted or averaged over rows belongs into state/<name>.sql, which is fitted on the training rows.',
    },
  );
}
