import { UserError } from '#registry/error.ts';
import type { Column } from '#registry/model.ts';
import { type Breach, breachOf, columnRules, type Rule } from './column-rules.ts';
import type { Dataset } from './dataset.ts';
import { datasetDigest } from './digest.ts';
import { type Connection, identifier } from './duckdb.ts';
import { type LabelRule, labelRule } from './label.ts';
import { requireWhole } from './packed.ts';
import { asDataError } from './refusal.ts';
import { checkWrittenTypes } from './written-types.ts';

export interface CheckRequest {
  schema: Record<string, Column>;
  id: string;
  time?: string | undefined;
  /** Not given where the data has no labels yet. */
  label?: LabelRule | undefined;
}

/** What a dataset is, and each way in which it breaks its declared schema. */
export interface DataCheck {
  rows: number;
  /** sha256 of the files' contents; see `datasetDigest`. */
  digest: string;
  bytes: number;
  /** First and last time, ISO 8601 in UTC; null without a time column or rows. */
  start: string | null;
  end: string | null;
  breaches: Breach[];
}

/**
 * Holds every row against the declared schema: nulls, ranges, allowed values, the label of the task, and the id, which
 * may be neither null nor given twice. One streaming pass counts; only what was broken is looked up again, for the first
 * row and its value. A value of the wrong type can't be read at all: that is thrown as the user's error.
 */
export async function checkDataset(
  connection: Connection,
  dataset: Dataset,
  request: CheckRequest,
): Promise<DataCheck> {
  const { schema, id, time, label } = request;
  requireTime(schema, time);
  for (const file of dataset.files) await requireWhole(file);
  await checkWrittenTypes(connection, dataset, schema);
  const rules: Rule[] = [
    ...Object.entries(schema).flatMap(([name, column]) =>
      columnRules(name, column, name === id || name === label?.column),
    ),
    ...(label === undefined ? [] : [labelRule(label)]),
  ];
  const key = identifier(id);
  const aggregates = [
    'count(*)',
    // Equal hashes are looked into below; only their number matters here, and text would fill the memory.
    `count(${key}) - count(DISTINCT CASE WHEN ${key} IS NOT NULL THEN hash(${key}) END)`,
    ...(time === undefined ? ['NULL', 'NULL'] : [iso(`min(${identifier(time)})`), iso(`max(${identifier(time)})`)]),
    ...rules.map((rule) => `count_if(${rule.broken})`),
    // Text is parsed only where it is asked for: this asks for the columns without a rule too.
    ...(dataset.format === 'parquet' ? [] : dataset.columns.map(({ name }) => `max(${identifier(name)})`)),
  ];
  try {
    const result = await connection.runAndReadAll(`SELECT ${aggregates.join(', ')} FROM ${dataset.relation} AS source`);
    const [rows, repeated, start, end, ...counts] = result.getRowsJson()[0] ?? [];
    const breaches: Breach[] = [];
    for (const [index, rule] of rules.entries()) {
      const count = Number(counts[index]);
      if (count > 0) breaches.push(await breachOf(connection, dataset, rule, count));
    }
    if (Number(repeated) > 0) breaches.push(...(await repeatedIds(connection, dataset, id)));
    return {
      rows: Number(rows),
      ...datasetDigest(dataset.files),
      start: start === null ? null : String(start),
      end: end === null ? null : String(end),
      breaches,
    };
  } catch (error) {
    throw asDataError(error, dataset);
  }
}

/** Throws the user's error that names the breaches (up to five) where there are any, or where there is no row. */
export function requireSound(check: DataCheck, dataset: Dataset): void {
  if (check.rows === 0) {
    throw new UserError(`the data ${dataset.uri} has no rows`, {
      fix: 'Check what wrote it, and the uri in model.yaml.',
    });
  }
  if (check.breaches.length === 0) return;
  const sentences = check.breaches.slice(0, 5).map(({ sentence }) => sentence);
  const more = check.breaches.length - sentences.length;
  throw new UserError(
    `the data ${dataset.uri} breaks its declared schema: ${sentences.join('; ')}${more > 0 ? `; and ${more} more` : ''}`,
    { fix: 'Mend the rows, or what model.yaml declares under data.schema.' },
  );
}

function requireTime(schema: Record<string, Column>, time: string | undefined): void {
  const type = time === undefined ? 'date' : schema[time]?.type;
  if (type === 'date' || type === 'timestamp') return;
  throw new UserError(`data.time names ${time}, which is ${type === undefined ? 'not declared' : type}`, {
    fix: 'The time column must be declared under data.schema as date or timestamp.',
  });
}

/** A time as ISO 8601 in UTC, for an SQL expression that gives one. */
export function iso(expression: string): string {
  return `strftime(CAST(${expression} AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ')`;
}

async function repeatedIds(connection: Connection, dataset: Dataset, id: string): Promise<Breach[]> {
  const key = identifier(id);
  const result = await connection.runAndReadAll(
    `WITH repeated AS (SELECT ${key} AS id, count(*) AS times, min(place) AS place
       FROM (SELECT ${key}, row_number() OVER () AS place FROM ${dataset.relation})
       WHERE ${key} IS NOT NULL GROUP BY ${key} HAVING count(*) > 1)
     SELECT CAST(id AS VARCHAR), place, count(*) OVER (), sum(times) OVER () FROM repeated ORDER BY place LIMIT 5`,
  );
  const rows = result.getRowsJson();
  const [first] = rows;
  if (first === undefined) return [];
  const ids = rows.map(([value]) => String(value));
  return [
    {
      column: id,
      rule: 'unique',
      count: Number(first[2]),
      row: Number(first[1]),
      file: null,
      value: ids[0],
      sentence: `${first[2]} ids stand in more than one row (${first[3]} rows), first ${ids.join(', ')}`,
    },
  ];
}
