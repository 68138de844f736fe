import { UserError } from '#registry/error.ts';
import type { Column, ColumnType } from '#registry/model.ts';
import { nearest } from '#registry/nearest.ts';
import { csvRelation, type Dataset, type RawColumn } from './dataset.ts';
import { type Connection, identifier, literal } from './duckdb.ts';
import { readCsvHeader } from './header.ts';
import { asDataError } from './refusal.ts';

const WHOLE = ['BIGINT', 'UBIGINT'];

/** Which kinds of JSON value each declared type may be written as. */
const KINDS: Record<ColumnType, string[]> = {
  boolean: ['BOOLEAN'],
  integer: WHOLE,
  bigint: WHOLE,
  float: [...WHOLE, 'DOUBLE'],
  double: [...WHOLE, 'DOUBLE'],
  string: ['VARCHAR'],
  date: ['VARCHAR'],
  timestamp: ['VARCHAR'],
};

/**
 * DuckDB bends values to the declared type: 1.5 becomes the integer 2, a time of day is cut off a date, JSON's true
 * becomes the number 1. A pass over the values as they are written refuses that. Parquet needs none: its types are its
 * own.
 */
export async function checkWrittenTypes(
  connection: Connection,
  dataset: Dataset,
  schema: Record<string, Column>,
): Promise<void> {
  try {
    if (dataset.format === 'csv') await checkCsv(connection, dataset);
    if (dataset.format === 'jsonl') await checkJson(connection, dataset, schema);
  } catch (error) {
    throw asDataError(error, dataset);
  }
}

/** How a CSV must spell the types that DuckDB would round. */
const SPELLINGS: Partial<Record<ColumnType, string>> = {
  integer: '[+-]?[0-9]+',
  bigint: '[+-]?[0-9]+',
  date: '[^ T]*',
};

async function checkCsv(connection: Connection, dataset: Dataset): Promise<void> {
  const columns = dataset.columns.filter(({ type }) => SPELLINGS[type] !== undefined);
  if (columns.length === 0) return;
  const reader = csvRelation(dataset.files, await readCsvHeader(dataset.files[0]), () => 'VARCHAR');
  const wrong = columns.map(
    ({ name, type }) => `NOT regexp_full_match(trim(${identifier(name)}), ${literal(SPELLINGS[type] ?? '')})`,
  );
  const counted = await connection.runAndReadAll(
    `SELECT ${wrong.map((condition) => `count_if(${condition})`).join(', ')} FROM ${reader}`,
  );
  const counts = (counted.getRowsJson()[0] ?? []).map(Number);
  for (const [index, column] of columns.entries()) {
    if (counts[index] > 0) throw await firstWrong(connection, dataset, column, { reader, wrong: wrong[index] });
  }
}

async function firstWrong(
  connection: Connection,
  dataset: Dataset,
  column: RawColumn,
  { reader, wrong }: { reader: string; wrong: string },
): Promise<UserError> {
  const found = await connection.runAndReadAll(
    `SELECT place, file, CAST(value AS VARCHAR) FROM (SELECT row_number() OVER () AS place, filename AS file, ` +
      `${identifier(column.name)} AS value, ${wrong} AS wrong FROM ${reader}) WHERE wrong LIMIT 1`,
  );
  const [place, file, value] = found.getRowsJson()[0] ?? [];
  const where = dataset.files.length === 1 ? `${file}, row ${place}` : `${file} (row ${place} of the dataset)`;
  return new UserError(
    `${where}: column ${column.name} holds ${String(value).slice(0, 100)}, which is no ${column.type}`,
    {
      fix: 'Mend the value, or the type that model.yaml declares under data.schema.',
    },
  );
}

/** Also refuses a declared column that no row has, unless it is nullable. */
async function checkJson(connection: Connection, dataset: Dataset, schema: Record<string, Column>): Promise<void> {
  const columns = dataset.columns.map(({ name }) => `${literal(name)}: 'JSON'`);
  const files = `[${dataset.files.map(literal).join(', ')}]`;
  const reader = `read_json(${files}, format = 'newline_delimited', columns = {${columns.join(', ')}})`;
  const wrong = dataset.columns.map(({ name, type }) => {
    const kinds = [...KINDS[type], 'NULL'].map(literal).join(', ');
    return `(${identifier(name)} IS NOT NULL AND json_type(${identifier(name)}) NOT IN (${kinds}))`;
  });
  const counted = await connection.runAndReadAll(
    `SELECT count(*), ${dataset.columns.map(({ name }) => `count(${identifier(name)})`).join(', ')}, ` +
      `${wrong.map((condition) => `count_if(${condition})`).join(', ')} FROM ${reader}`,
  );
  const [rows, ...counts] = (counted.getRowsJson()[0] ?? []).map(Number);
  for (const [index, { name }] of dataset.columns.entries()) {
    if (rows > 0 && counts[index] === 0 && schema[name]?.nullable !== true)
      throw await absent(connection, dataset, name);
  }
  for (const [index, column] of dataset.columns.entries()) {
    if (counts[dataset.columns.length + index] === 0) continue;
    throw await firstWrong(connection, dataset, column, { reader, wrong: wrong[index] });
  }
}

async function absent(connection: Connection, dataset: Dataset, name: string): Promise<UserError> {
  const [file] = dataset.files;
  const described = await connection.runAndReadAll(
    `DESCRIBE SELECT * FROM read_json(${literal(file)}, format = 'newline_delimited', sample_size = 100)`,
  );
  const present = described.getRowsJson().map(([column]) => String(column));
  const near = nearest(name, present);
  return new UserError(
    `no row of ${dataset.uri} has a value for ${name}, which model.yaml declares under data.schema`,
    {
      fix: near === null || near === name ? `Its keys are ${present.slice(0, 20).join(', ')}.` : `Is ${near} meant?`,
    },
  );
}
