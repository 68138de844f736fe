import { iso } from '#lib/data/check.ts';
import type { Dataset } from '#lib/data/dataset.ts';
import { type Connection, identifier, literal } from '#lib/data/duckdb.ts';
import { UserError } from '#registry/error.ts';
import type { Data } from '#registry/model.ts';
import type { HeldOut } from './prepare-request.ts';

/** Training rows in two parts: those to fit on, and those that nothing is fitted on but the decision threshold. */
export interface Split {
  fitted: Dataset;
  held: Dataset & { facts: HeldOut };
}

/**
 * Cuts off the latest `share` of the rows; rows of one time stay together, so it is more where times repeat. A row
 * without a time is fitted on. Without a time column, rows are chosen by a hash of their ids: the same ones whatever the
 * seed.
 * @throws UserError where nothing is left on one side.
 */
export async function splitRows(
  connection: Connection,
  dataset: Dataset,
  { id, time }: Pick<Data, 'id' | 'time'>,
  share: number,
): Promise<Split> {
  const isHeld = time === undefined ? byId(id, share) : await byTime(connection, dataset, time, share);
  const part = (condition: string): Dataset => {
    const { sql, column } = dataset.relationWithFile;
    return {
      ...dataset,
      relation: `(SELECT * FROM ${dataset.relation} AS rows WHERE ${condition})`,
      relationWithFile: { sql: `(SELECT * FROM ${sql} AS rows WHERE ${condition})`, column },
    };
  };
  const fitted = part(`NOT (${isHeld})`);
  const held = part(isHeld);
  const span = (end: 'min' | 'max') => (time === undefined ? 'NULL' : iso(`${end}(${identifier(time)})`));
  const [[rows, start, end]] = await query(
    connection,
    `SELECT count(*), ${span('min')}, ${span('max')} FROM ${held.relation}`,
  );
  const [[left]] = await query(connection, `SELECT count(*) FROM ${fitted.relation}`);
  if (Number(rows) === 0 || Number(left) === 0) {
    const what = Number(rows) === 0 ? 'no row is left to validate on' : 'no row is left to fit on';
    throw new UserError(`of the data ${dataset.uri}, ${what} with train.validation.share: ${share}`, {
      fix: 'Train on more rows, of different times, or set another share; 0 does without validation.',
    });
  }
  const text = (value: unknown) => (value === null || value === undefined ? null : String(value));
  return { fitted, held: { ...held, facts: { rows: Number(rows), start: text(start), end: text(end) } } };
}

async function byTime(connection: Connection, dataset: Dataset, time: string, share: number): Promise<string> {
  const column = `CAST(${identifier(time)} AS TIMESTAMP)`;
  const [[cut]] = await query(
    connection,
    `SELECT CAST(quantile_disc(${column}, ${1 - share}) AS VARCHAR) FROM ${dataset.relation} AS rows`,
  );
  return `coalesce(${column} >= CAST(${literal(String(cut))} AS TIMESTAMP), false)`;
}

/** Of the 128 bits of md5, the upper 64 as a number: even over 0 to 2⁶⁴ − 1. */
function byId(id: string, share: number): string {
  return `md5_number_upper(concat('validation:', CAST(${identifier(id)} AS VARCHAR))) < ${Math.round(share * 2 ** 52)} * 4096::UBIGINT`;
}

async function query(connection: Connection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRowsJson();
}
