import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DUCKDB_TYPE } from '#lib/data/column-type.ts';
import type { Dataset, RawColumn } from '#lib/data/dataset.ts';
import { type Chunk, type DatabaseOptions, identifier } from '#lib/data/duckdb.ts';
import type { Data } from '#registry/model.ts';
import type { Batch } from './batch.ts';
import { type Features, openFeatures } from './engine.ts';
import type { FittedTable, Fitting } from './fitting.ts';
import { instead, type Perturbation, timeOf, valuesOf } from './perturbation.ts';

/** Rows of a day, and as many of the days before, whose features are computed with other labels. */
const ROWS = 1024;
/** How many of a day's first and last rows are always among them. */
const ENDS = 16;

export interface TrialRequest {
  dataset: Dataset;
  /** The label and `known_later`. */
  hidden: readonly string[];
  time: string;
  data: Pick<Data, 'id' | 'time' | 'label_delay'>;
  features: { name: string; sql: string };
  seed: number;
  database: DatabaseOptions;
}

/** In what features of training rows differ. */
export interface Difference {
  features: string[];
  rows: number;
  /** Rows that were compared. */
  of: number;
  /** The ids of the first five rows that differ. */
  ids: string[];
}

/** Features of rows until one day, as the fitted tables make them, to be compared with what other labels make of them. */
export interface Trial {
  /**
   * Fits these tables on other labels, and computes the features again. `columns`: which hidden columns get other values;
   * all that a table sees if not given. Null where not a bit differs.
   */
  change(tables: readonly FittedTable[], kind: Perturbation, columns?: readonly string[]): Promise<Difference | null>;
}

export interface Trials {
  on(day: string): Promise<Trial>;
  close(): void;
}

/** `paths` are those of the fitted tables; `tables` those that see labels. */
export async function openTrials(
  fitting: Fitting,
  paths: Readonly<Record<string, string>>,
  tables: readonly FittedTable[],
  request: TrialRequest,
): Promise<Trials> {
  const { seed, time, database } = request;
  const folder = join(database.temporary, 'other-labels');
  await mkdir(folder, { recursive: true });
  const seen = request.dataset.columns.filter(({ name }) => tables.some(({ sees }) => sees.includes(name)));
  const values = await valuesOf(fitting.connection, seen);
  const fitted = await open(request, paths);
  return {
    async on(day) {
      const { chunks, ids } = await rowsUntil(fitting, fitted.rawColumns, { time, day, seed });
      const before = await fitted.compute(chunks, 'columns');
      return {
        async change(changed, kind, columns) {
          const state = { ...paths };
          for (const table of changed) {
            state[table.name] = join(folder, `${table.name}.parquet`);
            await fitting.fit(table, state[table.name], instead(columns ?? table.sees, kind, values, seed));
          }
          const features = await open(request, state);
          try {
            return difference(features, before, await features.compute(chunks, 'columns'), ids);
          } finally {
            features.close();
          }
        },
      };
    },
    close: fitted.close,
  };
}

async function open(request: TrialRequest, state: Readonly<Record<string, string>>): Promise<Features> {
  const { dataset, data, features, database, hidden } = request;
  return openFeatures({
    ...features,
    state: { ...state },
    columns: dataset.columns.filter(({ name }) => !hidden.includes(name)),
    hidden: dataset.columns.filter(({ name }) => hidden.includes(name)),
    id: data.id,
    seed: null,
    database,
  });
}

interface Rows {
  chunks: Chunk[];
  ids: string[];
}

/** A seeded choice of the rows of a day and of those before, as features.sql takes them. */
async function rowsUntil(
  { connection }: Fitting,
  columns: readonly RawColumn[],
  { time, day, seed }: { time: string; day: string; seed: number },
): Promise<Rows> {
  const on = `CAST(${timeOf(time)} AS DATE)`;
  const choose = (where: string, order: string, count: number) =>
    `(SELECT rowid FROM tiltyard.rows WHERE ${where} ORDER BY ${order}, rowid LIMIT ${count})`;
  const today = `${on} = DATE '${day}'`;
  const chosen = [
    choose(today, `hash(rowid, ${seed})`, ROWS),
    choose(today, timeOf(time), ENDS),
    choose(today, `${timeOf(time)} DESC`, ENDS),
    choose(`${on} < DATE '${day}'`, `hash(rowid, ${seed})`, ROWS),
  ];
  const select = (list: string) =>
    `SELECT ${list} FROM tiltyard.rows WHERE rowid IN (${chosen.join(' UNION ')}) ORDER BY rowid`;
  const list = columns.map(({ name, type }) => `CAST(${identifier(name)} AS ${DUCKDB_TYPE[type]})`).join(', ');
  const chunks = await (await connection.run(select(list))).fetchAllChunks();
  const named = await connection.runAndReadAll(select(`CAST(${identifier(columns[0].name)} AS VARCHAR)`));
  return { chunks: [...chunks], ids: named.getRowsJson().map(([id]) => String(id)) };
}

/** Object.is: NaN is NaN, and −0 is not 0. */
function difference({ schema }: Features, before: Batch, after: Batch, ids: readonly string[]): Difference | null {
  if (before.layout !== 'columns' || after.layout !== 'columns') throw new Error('columns were asked for');
  const rows = new Set<number>();
  const features: string[] = [];
  for (const [index, { values }] of before.columns.entries()) {
    const others = after.columns[index].values;
    const differing = ids.flatMap((_, row) => (Object.is(values[row], others[row]) ? [] : [row]));
    if (differing.length > 0) features.push(schema[index].name);
    for (const row of differing) rows.add(row);
  }
  if (rows.size === 0) return null;
  const first = [...rows].toSorted((a, b) => a - b).slice(0, 5);
  return { features, rows: rows.size, of: ids.length, ids: first.map((row) => ids[row]) };
}
