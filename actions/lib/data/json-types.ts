import { UserError } from '#registry/error.ts';
import type { Column, ColumnType } from '#registry/model.ts';
import { nearest } from '#registry/nearest.ts';
import type { Dataset } from './dataset.ts';
import { type Connection, identifier, literal } from './duckdb.ts';
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
 * DuckDB bends JSON values to the declared type (1.5 becomes the integer 2, true the number 1). This pass over the
 * values as they are written refuses that, and a declared column that
 * no row has, unless it is nullable.
 */
export async function checkJsonTypes(
  connection: Connection,
  dataset: Dataset,
  schema: Record<string, Column>,
): Promise<void> {
  const columns = dataset.columns.map(({ name }) => `${literal(name)}: 'JSON'`);
  const files = `[${dataset.files.map(literal).join(', ')}]`;
  const reader = `read_json(${files}, format = 'newline_delimited', columns = {${columns.join(', ')}}, filename = true)`;
  const wrong = dataset.columns.map(({ name, type }) => {
    const kinds = [...KINDS[type], 'NULL'].map(literal).join(', ');
    return `(${identifier(name)} IS NOT NULL AND json_type(${identifier(name)}) NOT IN (${kinds}))`;
  });
  try {
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
      const found = await connection.runAndReadAll(
        `SELECT place, filename, CAST(value AS VARCHAR) FROM (SELECT row_number() OVER () AS place, filename, ` +
          `${identifier(column.name)} AS value, ${wrong[index]} AS wrong FROM ${reader}) WHERE wrong LIMIT 1`,
      );
      const [place, file, value] = found.getRowsJson()[0] ?? [];
      const where = dataset.files.length === 1 ? `${file}, row ${place}` : `${file} (row ${place} of the dataset)`;
      throw new UserError(
        `${where}: column ${column.name} holds ${String(value).slice(0, 100)}, which is no ${column.type}`,
        {
          fix: 'Mend the value, or the type that model.yaml declares under data.schema.',
        },
      );
    }
  } catch (error) {
    throw asDataError(error, dataset);
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
