import { mkdir, rename, rm } from 'node:fs/promises';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { DuckDBInstance } from '@duckdb/node-api';

/** The months of 2001 that the source holds, and what this example uses them for. */
export const MONTHS = [1, 2, 3, 4, 5, 6];

/** Where the npm package `vega-datasets` lies, found from here upwards as `import` would find it. */
function packageFolder(): string {
  const manifest = findPackageJSON('vega-datasets', import.meta.url);
  if (manifest === undefined) throw new Error('The package vega-datasets is not installed here: run npm ci first.');
  return dirname(manifest);
}

export function monthFile(month: number): string {
  return `flights-2001-0${month}.parquet`;
}

/** Text as an SQL literal. */
function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

export interface PreparedMonth {
  path: string;
  rows: number;
}

/**
 * Writes one Parquet file a month into `folder` and returns their paths and row counts; the same bytes every time.
 *
 * Columns: `flight_id` (the row's number in the source, from 1, given once and for ever), `date` (actual departure,
 * local time), `origin`, `destination`, `distance` (miles), `delay` (minutes late at arrival, known only later) and
 * `late` (1 where delay is 15 or more). A file appears under its name only when it is complete.
 *
 * `onMonth` is called after each file. An aborted `signal` stops before the next month and leaves no half-written file.
 */
export async function prepare(options: {
  folder: string;
  months?: readonly number[];
  source?: string;
  onMonth?: (month: PreparedMonth) => void;
  signal?: AbortSignal;
}): Promise<PreparedMonth[]> {
  const source = options.source ?? join(packageFolder(), 'data', 'flights-3m.parquet');
  await mkdir(options.folder, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const prepared: PreparedMonth[] = [];
  try {
    for (const month of options.months ?? MONTHS) {
      options.signal?.throwIfAborted();
      const path = join(options.folder, monthFile(month));
      const half = `${path}.${process.pid}.tmp`;
      try {
        const rows = await connection.run(`
          COPY (
            SELECT (file_row_number + 1)::INTEGER AS flight_id, date, origin, destination, distance::INTEGER AS distance,
                   delay::INTEGER AS delay, (delay >= 15)::INTEGER AS late
            FROM read_parquet(${literal(source)}, file_row_number = true)
            WHERE date >= TIMESTAMP '2001-0${month}-01' AND date < TIMESTAMP '2001-0${month}-01' + INTERVAL 1 MONTH
            ORDER BY flight_id
          ) TO ${literal(half)} (FORMAT parquet, COMPRESSION zstd)`);
        options.signal?.throwIfAborted();
        await rename(half, path);
        prepared.push({ path, rows: rows.rowsChanged });
      } finally {
        await rm(half, { force: true });
      }
      options.onMonth?.(prepared[prepared.length - 1]);
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return prepared;
}

if (import.meta.main) {
  // `node prepare.ts [--months 1,2,3] [--out folder]`
  const { values } = parseArgs({
    options: {
      months: { type: 'string', default: MONTHS.join(',') },
      out: { type: 'string', default: join(import.meta.dirname, '.tiltyard', 'data') },
    },
  });
  const months = values.months.split(',').map(Number);
  const unknown = months.find((month) => !MONTHS.includes(month));
  if (unknown !== undefined) throw new RangeError(`--months ${values.months}: the source has the months 1 to 6 only`);
  await prepare({
    folder: values.out,
    months,
    onMonth: ({ path, rows }) => console.log(`${path}: ${rows.toLocaleString('en')} flights`),
  });
}
