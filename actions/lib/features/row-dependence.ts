import type { RawColumn } from '#lib/data/dataset.ts';
import { identifier } from '#lib/data/duckdb.ts';
import { UserError } from '#registry/error.ts';
import { type Batch, collect, type Context, type Layout } from './batch.ts';
import { showSource } from './binding.ts';

/**
 * Refuses features that depend on other rows: a seeded random tenth of the batch (of a small one up to half) is computed
 * again, alone and shuffled, and must give the same bits (NaN equals NaN, null equals null). Windows, ranks, aggregates
 * over source, LIMIT and samples all give themselves away, because at serving time a row comes alone. In the first batch
 * one row is also computed all by itself.
 */
export async function checkRowDependence(
  context: Context,
  full: Batch,
  layout: Layout,
  options: { rawColumns: readonly RawColumn[]; seed: number; batch: number },
): Promise<void> {
  const rows = full.rows;
  if (rows < 2) return;
  const tenth = Math.max(1, Math.ceil(rows / 10), Math.min(64, Math.floor(rows / 2)));
  const counts = options.batch === 0 ? [tenth, 1] : [tenth];
  const names = options.rawColumns.map(({ name }) => name);
  const list = names.map((name) => `batch.${identifier(name)}`).join(', ');
  for (const count of counts) {
    const order = `hash(rowid, ${options.seed}, ${options.batch}, ${count})`;
    await context.connection.run(
      `CREATE OR REPLACE TABLE tiltyard.sample AS SELECT ${list} ` +
        `FROM (SELECT rowid AS row, ${order} AS place FROM tiltyard.batch ORDER BY place LIMIT ${count}) AS chosen ` +
        'JOIN tiltyard.batch AS batch ON batch.rowid = chosen.row ORDER BY place',
    );
    await showSource(context.connection, names, 'sample');
    const again = await collect(context, rows, layout, count);
    const differing = differences(context, full, again, again.visited);
    if (differing.columns.length > 0) throw await refusal(context, differing, count);
  }
}

interface Difference {
  columns: string[];
  row: number;
}

/** The features in which the two results differ in any of these rows, and the first such row. */
function differences({ schema }: Context, full: Batch, again: Batch, rows: Int32Array): Difference {
  const columns: string[] = [];
  let first = -1;
  for (const [j, { name }] of schema.entries()) {
    const row = rows.find(
      (candidate) =>
        !Object.is(valueAt(full, candidate, j, schema.length), valueAt(again, candidate, j, schema.length)),
    );
    if (row === undefined) continue;
    columns.push(name);
    if (first < 0) first = row;
  }
  return { columns, row: first };
}

function valueAt(batch: Batch, row: number, column: number, width: number): unknown {
  return batch.layout === 'matrix' ? batch.matrix[row * width + column] : batch.columns[column].values[row];
}

async function refusal({ connection, id, name }: Context, found: Difference, count: number): Promise<UserError> {
  const result = await connection.runAndReadAll(
    `SELECT CAST(${identifier(id)} AS VARCHAR) FROM tiltyard.batch WHERE rowid = ${found.row}`,
  );
  const [plural, have] = found.columns.length === 1 ? ['', 'has'] : ['s', 'have'];
  return new UserError(
    `${name}: the feature${plural} ${found.columns.join(', ')} of a row depend${plural === '' ? 's' : ''} on other rows: computed again among ${count} rows, ${found.columns.join(', ')} ${have} another value (first for the id ${result.getRowsJson()[0]?.[0]})`,
    {
      fix: 'Use only the row’s own columns and state.*; move windows and aggregates into state/<name>.sql, which is fitted on the training rows.',
    },
  );
}
