import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from '#lib/data/dataset.ts';
import type { Connection, DatabaseOptions } from '#lib/data/duckdb.ts';
import type { Data } from '#registry/model.ts';
import { openFitting } from './fitting.ts';
import { refuseLeaks } from './leak.ts';

export interface FitRequest {
  /** `state/<name>.sql`: name → text. */
  statements: Record<string, string>;
  /** Where the training rows are read, and the Parquet files written. */
  connection: Connection;
  /** The training rows. */
  dataset: Dataset;
  /** Receives `<name>.parquet`; made if it is missing. */
  folder: string;
  /** Of the sandbox; the rows may spill into its temporary folder. */
  database: DatabaseOptions;
  /** What the tables are held against: features of training rows must not know labels of their own day or later. */
  data: Pick<Data, 'id' | 'time' | 'label' | 'known_later' | 'label_delay'>;
  /** The features.sql that joins them, and what errors call it. */
  features: { name: string; sql: string };
  /** Chooses the days and rows that are looked at. */
  seed: number;
}

/**
 * Fits the state tables: runs each statement over all training rows, in a locked sandbox, and writes its result as
 * Parquet. Tables that are fitted on labels are refused where the features of training rows get to know labels by them
 * that were not known yet; see `leak.ts`. Returns name → path.
 */
export async function fitState(request: FitRequest): Promise<Record<string, string>> {
  const { statements, folder, data } = request;
  if (Object.keys(statements).length === 0) return {};
  await mkdir(folder, { recursive: true });
  const hidden = [...new Set([data.label, ...data.known_later])].filter((name) => name !== data.time);
  const fitting = await openFitting({ ...request, hidden });
  try {
    const paths: Record<string, string> = {};
    for (const table of fitting.tables) {
      paths[table.name] = join(folder, `${table.name}.parquet`);
      await fitting.fit(table, paths[table.name]);
    }
    await refuseLeaks(fitting, paths, { ...request, hidden });
    return paths;
  } finally {
    fitting.close();
  }
}
