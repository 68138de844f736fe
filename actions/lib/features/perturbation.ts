import { hoursOf } from '#lib/data/age.ts';
import { DUCKDB_TYPE } from '#lib/data/column-type.ts';
import type { RawColumn } from '#lib/data/dataset.ts';
import { type Connection, identifier, literal } from '#lib/data/duckdb.ts';

/** Other values for the hidden columns of rows whose labels are not known yet on a day. */
export interface Perturbation {
  /** Midnight (UTC) of that day as `2001-01-31`. */
  day: string;
  /** From when on labels are not known on that day: that midnight, or the label's delay before. */
  from: string;
  /** Whether a row's label is not known on that day, as SQL over `tiltyard.rows`. */
  unknown: string;
  /** Which values: `drawn` from the column's own, each row for itself, or the `highest` or `lowest` for all rows. */
  kind: Kind;
}

const KINDS = ['drawn', 'highest', 'lowest'] as const;
type Kind = (typeof KINDS)[number];

/** Distinct values that `drawn` chooses from. */
const MOST_VALUES = 1000;

/** The time of rows as SQL: days begin at midnight of UTC, as everywhere. */
export function timeOf(time: string): string {
  return `CAST(${identifier(time)} AS TIMESTAMP)`;
}

/**
 * Three days, one of each third of the days that the rows have, the last day always among them; for each first one kind
 * of values, then the others, for SQL that can't do with the first. A label is known `delay` after its row's time.
 */
export async function perturbations(
  connection: Connection,
  options: { time: string; delay: string | undefined; seed: number },
): Promise<Perturbation[][]> {
  const { time, delay = '0h', seed } = options;
  const found = await connection.runAndReadAll(
    `SELECT DISTINCT CAST(CAST(${timeOf(time)} AS DATE) AS VARCHAR) AS day FROM tiltyard.rows ` +
      `WHERE ${identifier(time)} IS NOT NULL ORDER BY day`,
  );
  const days = found.getRowsJson().map(([day]) => String(day));
  if (days.length === 0) return [];
  return KINDS.map((_, third) => {
    const start = Math.floor((days.length * third) / 3);
    const end = Math.max(start + 1, Math.floor((days.length * (third + 1)) / 3));
    const day = third === 2 ? days[days.length - 1] : days[start + (seed % (end - start))];
    const known = new Date(Date.parse(`${day}T00:00:00Z`) - hoursOf(delay) * 3_600_000).toISOString();
    const from = known.slice(0, 16).replace('T', ' ').replace(' 00:00', '');
    const unknown = `coalesce(${timeOf(time)} >= TIMESTAMP ${literal(from)}, true)`;
    return KINDS.map((_, turn) => ({ day, from, unknown, kind: KINDS[(third + turn) % 3] }));
  });
}

/** Values of a column as SQL, by the kind that is made of them. */
export type Values = Record<Kind, readonly string[]>;

/** What values the hidden columns have, to choose others from. */
export async function valuesOf(connection: Connection, columns: readonly RawColumn[]): Promise<Map<string, Values>> {
  const found = new Map<string, Values>();
  for (const { name, type } of columns) {
    const column = identifier(name);
    const result = await connection.runAndReadAll(
      `SELECT CAST(value AS VARCHAR) FROM (SELECT max(${column}) AS value, 0 AS place FROM tiltyard.rows ` +
        `UNION ALL SELECT min(${column}), 1 FROM tiltyard.rows UNION ALL (SELECT DISTINCT ${column} AS value, 2 ` +
        `FROM tiltyard.rows ORDER BY hash(value) LIMIT ${MOST_VALUES})) ORDER BY place`,
    );
    const [highest, lowest, ...drawn] = result
      .getRowsJson()
      .map(([value]) => `CAST(${value === null ? 'NULL' : literal(String(value))} AS ${DUCKDB_TYPE[type]})`);
    found.set(name, { drawn, highest: [highest], lowest: [lowest] });
  }
  return found;
}

/** What `Fitting.fit` takes to give these columns other values. */
export function instead(
  columns: readonly string[],
  { unknown, kind }: Perturbation,
  values: ReadonlyMap<string, Values>,
  seed: number,
): Record<string, string> {
  return Object.fromEntries(
    columns.map((name, index) => {
      const list = values.get(name)?.[kind] ?? [];
      const place = `CAST(1 + hash(rowid + ${seed * 1_000 + index}) % ${list.length} AS BIGINT)`;
      return [name, `CASE WHEN ${unknown} THEN [${list.join(', ')}][${place}] ELSE ${identifier(name)} END`];
    }),
  );
}
