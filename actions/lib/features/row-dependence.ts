import type { RawColumn } from '#lib/data/dataset.ts';
import { identifier } from '#lib/data/duckdb.ts';
import { int32Column } from '#lib/data/vector.ts';
import { UserError } from '#registry/error.ts';
import type { Batch, FeatureValues } from './batch.ts';
import { showSource } from './binding.ts';
import { type Context, collect } from './collect.ts';

/**
 * Refuses features that depend on other rows: a seeded random tenth of the batch (of a small one up to half) is computed
 * again, alone and shuffled, and must give the same bits (NaN equals NaN, null equals null). Windows, ranks, aggregates
 * over source, LIMIT and samples all give themselves away, because at serving time a row comes alone. In the first batch
 * one row is also computed all by itself.
 */
export async function checkRowDependence(
  context: Context,
  full: Batch,
  options: { rawColumns: readonly RawColumn[]; seed: number; batch: number; mode: { ordered: boolean } },
): Promise<void> {
  const { rows, layout } = full;
  if (rows < 2) return;
  const tenth = Math.max(1, Math.ceil(rows / 10), Math.min(64, Math.floor(rows / 2)));
  const names = options.rawColumns.map(({ name }) => name);
  for (const count of options.batch === 0 ? [tenth, 1] : [tenth]) {
    const numbers = await sampleRows(context, names, count, options);
    const again = await collect(context, { table: 'sample', rows: count }, layout, options.mode);
    const differing = differences(context, full, again, numbers);
    if (differing.columns.length > 0) throw await refusal(context, differing, count);
  }
  await showSource(context.connection, names);
}

// The sample's own column beside the raw ones; `source` does not show it.
const NUMBER = '"row number in the batch"';

/**
 * Lets `source` show `count` rows of the batch, chosen and ordered by a hash of their number and the seed. Returns their
 * numbers in the batch, in the order in which they are shown.
 */
async function sampleRows(
  { connection }: Context,
  names: readonly string[],
  count: number,
  { seed, batch }: { seed: number; batch: number },
): Promise<Int32Array> {
  const place = `hash(rowid, ${seed}, ${batch}, ${count})`;
  // The count-th smallest place first: a filter on one number is cheaper than sorting and joining whole rows.
  const last = `(SELECT max(place) FROM (SELECT ${place} AS place FROM tiltyard.batch ORDER BY place LIMIT ${count}))`;
  await connection.run(
    `CREATE OR REPLACE TABLE tiltyard.sample AS SELECT ${names.map(identifier).join(', ')}, ` +
      `CAST(rowid AS INTEGER) AS ${NUMBER} FROM tiltyard.batch WHERE ${place} <= ${last} ORDER BY ${place}`,
  );
  await showSource(connection, names, 'sample');
  const numbers = new Int32Array(count);
  let filled = 0;
  const result = await connection.run(`SELECT ${NUMBER} FROM tiltyard.sample`);
  for (const chunk of await result.fetchAllChunks()) {
    const { items } = int32Column(chunk, 0);
    numbers.set(items, filled);
    filled += items.length;
  }
  return numbers;
}

interface Differences {
  columns: string[];
  /** The first row of the batch, in the sample's order, in which one of these columns differs. */
  row: number;
}

/** In which features `again`, whose row k is row `numbers[k]` of the batch, is not what `full` has. */
function differences({ schema }: Context, full: Batch, again: Batch, numbers: Int32Array): Differences {
  const width = schema.length;
  const columns: string[] = [];
  let first = numbers.length;
  for (const [j, { name }] of schema.entries()) {
    const k =
      full.layout === 'matrix' && again.layout === 'matrix'
        ? firstDifference(full.matrix, again.matrix, numbers, width, j)
        : firstDifference(columnOf(full, j), columnOf(again, j), numbers, 1, 0);
    if (k < 0) continue;
    columns.push(name);
    first = Math.min(first, k);
  }
  return { columns, row: numbers[first] };
}

function columnOf(batch: Batch, column: number): FeatureValues['values'] {
  return batch.layout === 'matrix' ? batch.matrix : batch.columns[column].values;
}

/** The first k where the values differ (Object.is: NaN is NaN, −0 is not 0), or −1. */
function firstDifference(
  full: FeatureValues['values'],
  again: FeatureValues['values'],
  numbers: Int32Array,
  width: number,
  column: number,
): number {
  for (let k = 0; k < numbers.length; k++) {
    const a = full[numbers[k] * width + column];
    const b = again[k * width + column];
    // Object.is alone would do; the comparisons before it are quicker.
    if (a === b && a !== 0) continue;
    if (!Object.is(a, b)) return k;
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
