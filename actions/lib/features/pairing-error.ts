import { identifier } from '#lib/data/duckdb.ts';
import { UserError } from '#registry/error.ts';
import type { Context } from './collect.ts';

export interface Mispaired {
  /** Results whose id is null or not among the rows. */
  foreign: number;
  /** Results for a row that had one before. */
  twice: number;
  /** Rows without a result. */
  missing: number;
  /** The first ids of the two kinds above. */
  ids: ReadonlySet<string>;
  /** The hidden table of the rows, and which of them had a result: to name those that had none. */
  table: 'batch' | 'sample';
  seen: Uint8Array;
}

/** The user's error for features.sql whose ids are not those of source, each once. */
export async function pairingError(context: Context, found: Mispaired): Promise<UserError> {
  const ids = [...found.ids];
  if (ids.length === 0) ids.push(...(await missingIds(context, found)));
  const parts = [
    found.missing > 0 ? `${found.missing} missing` : '',
    found.twice > 0 ? `${found.twice} given again` : '',
    found.foreign > 0 ? `${found.foreign} with an id that is null or not among the rows` : '',
  ].filter((part) => part !== '');
  const first = ids.length === 0 ? '' : `; first ids: ${ids.join(', ')}`;
  return new UserError(
    `${context.name} gives ids that do not pair with the rows of source: of ${found.seen.length} rows, ${parts.join(', ')}${first}`,
    {
      fix:
        `Give each row of source exactly one row with its own ${context.id}: no WHERE, no LIMIT, and no join that ` +
        'drops or multiplies rows (LEFT JOIN on a key that is unique in the state table).',
    },
  );
}

async function missingIds({ connection, id }: Context, { table, seen }: Mispaired): Promise<string[]> {
  const rows: number[] = [];
  for (let row = 0; row < seen.length && rows.length < 5; row++) if (seen[row] === 0) rows.push(row);
  if (rows.length === 0) return [];
  const result = await connection.runAndReadAll(
    `SELECT CAST(${identifier(id)} AS VARCHAR) FROM tiltyard.${table} WHERE rowid IN (${rows.join(', ')}) ORDER BY rowid`,
  );
  return result.getRowsJson().map(([value]) => (value === null ? '(null)' : String(value)));
}
