import { type Connection, identifier, literal } from '#lib/data/duckdb.ts';
import type { Log } from '#lib/data/log.ts';
import { asDataError } from '#lib/data/refusal.ts';
import { UserError } from '#registry/error.ts';
import { nearest } from '#registry/nearest.ts';
import type { FeatureParity, Parity } from '#registry/parity.ts';
import type { Feature } from './schema.ts';

export interface ParityRequest {
  connection: Connection;
  /** The Parquet file of the features that were computed, with the id. */
  path: string;
  log: Log;
  id: { name: string; type: string };
  features: readonly Feature[];
  /** How far floats may lie from each other, relative to the larger. */
  tolerance: number;
}

/** How many ids are named. */
const FIRST = 5;

/**
 * Compares logged features with computed ones, by id, column by column: integers, booleans and text must be equal, floats
 * within a tolerance; NaN is NaN, and for floats, which have no null, null is NaN too.
 */
export async function compareFeatures(request: ParityRequest): Promise<Parity> {
  const { connection, log, features, id } = request;
  try {
    const columns = await pair(request);
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowsJson();
    const ids = async (sql: string) => {
      const found = await rows(`SELECT id, count(*) OVER () FROM (${sql}) ORDER BY place LIMIT ${FIRST}`);
      return { count: Number(found[0]?.[1] ?? 0), first: found.map(([one]) => String(one)) };
    };
    const [[raw]] = await rows('SELECT count(*) FROM computed');
    const [[logged]] = await rows('SELECT count(*) FROM logged');
    const [[compared]] = await rows('SELECT count(*) FROM paired');
    if (Number(compared) === 0) {
      throw new UserError(`${log.uri} and the raw rows have no ${id.name} in common, so nothing can be compared`, {
        fix: 'Give the raw rows of the same requests.',
      });
    }
    const compares: FeatureParity[] = [];
    for (const [index, feature] of features.entries()) {
      const column = columns[index];
      const { name, type } = feature;
      if (column === null) compares.push({ name, type, logged: false, different: 0, largest: null, first: [] });
      else compares.push(await compare(rows, feature, index, request.tolerance));
    }
    const known = new Set([id.name, ...columns].map((name) => name?.toLowerCase()));
    return {
      compared: Number(compared),
      raw: Number(raw),
      logged: Number(logged),
      missing: await ids('SELECT id, place FROM computed ANTI JOIN logged USING (id)'),
      extra: await ids('SELECT id, place FROM logged ANTI JOIN computed USING (id)'),
      repeated: await ids('SELECT id, min(place) AS place FROM logged GROUP BY id HAVING count(*) > 1'),
      features: compares,
      others: log.columns.filter((name) => !known.has(name.toLowerCase())),
    };
  } catch (error) {
    throw asDataError(error, { uri: log.uri, format: 'parquet' });
  }
}

/**
 * The tables `computed` and `logged` (ids as text, and their place) and `paired`: of each feature the computed value
 * `c<i>` and the logged one `l<i>`. Returns the features' columns in the log; null where it has none.
 */
async function pair({ connection, path, log, id, features }: ParityRequest): Promise<(string | null)[]> {
  // SQL does not tell upper from lower case.
  const find = (name: string) => log.columns.find((column) => column.toLowerCase() === name.toLowerCase()) ?? null;
  const key = find(id.name);
  if (key === null) {
    const near = nearest(id.name, log.columns);
    throw new UserError(`${log.uri} has no column ${id.name}, by which rows are paired`, {
      fix: near === null ? `Its columns are ${log.columns.slice(0, 20).join(', ')}.` : `Is ${near} meant?`,
    });
  }
  const columns = features.map(({ name }) => find(name));
  // Text that is no id of that type stays as it is: it has no raw row.
  const text = (column: string) =>
    `coalesce(CAST(TRY_CAST(${identifier(column)} AS ${id.type}) AS VARCHAR), CAST(${identifier(column)} AS VARCHAR), '(null)')`;
  const computed = features.map(({ name }, index) => `${identifier(name)} AS c${index}`);
  const logged = columns.map((name, index) => `${name === null ? 'NULL' : identifier(name)} AS l${index}`);
  const place = 'row_number() OVER () AS place';
  await connection.run(
    `CREATE TEMP TABLE computed AS SELECT ${text(id.name)} AS id, ${place}, ${computed.join(', ')} FROM read_parquet(${literal(path)})`,
  );
  await connection.run(
    `CREATE TEMP TABLE logged AS SELECT ${text(key)} AS id, ${place}, ${logged.join(', ')} FROM ${log.relation}`,
  );
  const both = features.map((_, index) => `c${index}, l${index}`);
  await connection.run(
    `CREATE TEMP VIEW paired AS SELECT c.id, c.place, ${both.join(', ')} FROM computed AS c JOIN logged AS l ON c.id = l.id`,
  );
  return columns;
}

async function compare(
  rows: (sql: string) => Promise<unknown[][]>,
  { name, type }: Feature,
  index: number,
  tolerance: number,
): Promise<FeatureParity> {
  const [computed, logged] = [`c${index}`, `l${index}`];
  const float = type === 'float' || type === 'double';
  const a = `coalesce(CAST(${computed} AS DOUBLE), 'nan'::DOUBLE)`;
  const b = `coalesce(TRY_CAST(${logged} AS DOUBLE), 'nan'::DOUBLE)`;
  const relative = `CASE WHEN isfinite(${a}) AND isfinite(${b}) THEN abs(${a} - ${b}) / greatest(abs(${a}), abs(${b}), 1e-300) END`;
  const equal = float
    ? `(${logged} IS NULL OR TRY_CAST(${logged} AS DOUBLE) IS NOT NULL) AND (${a} = ${b} OR coalesce(${relative} <= ${tolerance}, false))`
    : `${computed} IS NOT DISTINCT FROM ${exact(logged, type)} AND (${logged} IS NULL) = (${computed} IS NULL)`;
  const [[different, largest]] = await rows(
    `SELECT count_if(NOT (${equal})), ${float ? `max(${relative})` : 'NULL'} FROM paired`,
  );
  const first = await rows(
    `SELECT id, CAST(${logged} AS VARCHAR), CAST(${computed} AS VARCHAR) FROM paired WHERE NOT (${equal}) ORDER BY place LIMIT ${FIRST}`,
  );
  const shown = (value: unknown) => (value === null ? null : String(value));
  return {
    name,
    type,
    logged: true,
    different: Number(different),
    largest: float ? Number(largest ?? 0) : null,
    first: first.map(([id, was, is]) => ({ id: String(id), logged: shown(was), computed: shown(is) })),
  };
}

/** A logged value as the feature's type; null where it is none, also a number with a fraction for an integer. */
function exact(logged: string, type: Feature['type']): string {
  if (type === 'string') return `CAST(${logged} AS VARCHAR)`;
  if (type === 'bool') return `TRY_CAST(${logged} AS BOOLEAN)`;
  const number = `TRY_CAST(${logged} AS DOUBLE)`;
  return `CASE WHEN ${number} = trunc(${number}) THEN TRY_CAST(${logged} AS BIGINT) END`;
}
