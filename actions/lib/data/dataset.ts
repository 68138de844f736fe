import { UserError } from '#registry/error.ts';
import type { Column, ColumnType, Dataset as DatasetUri } from '#registry/model.ts';
import { nearest } from '#registry/nearest.ts';
import { DUCKDB_TYPE, readsAs } from './column-type.ts';
import { type Connection, identifier, literal } from './duckdb.ts';
import { type DataFiles, type Format, locate } from './files.ts';
import { type CsvHeader, readCsvHeader } from './header.ts';
import { asDataError } from './refusal.ts';

export interface RawColumn {
  name: string;
  type: ColumnType;
}

/** A dataset whose files were found and whose columns fit the declared schema. */
export interface Dataset extends DataFiles {
  /** The declared columns, in the schema's order. */
  columns: RawColumn[];
  /** The rows as an SQL relation (in brackets) of the declared columns with the declared types, and nothing else. */
  relation: string;
  /** The same with each row's file as a further column of this name, for error messages. */
  relationWithFile: { sql: string; column: string };
}

/**
 * Finds a dataset's files and checks that they have the declared columns, by name and (Parquet) by type. Columns that
 * are not declared are ignored. The values are checked when they are read.
 */
export async function openDataset(
  connection: Connection,
  data: DatasetUri,
  options: { root: string; schema: Record<string, Column> },
): Promise<Dataset> {
  const found = locate(data.uri, { root: options.root, format: data.format });
  const columns = Object.entries(options.schema).map(([name, { type }]) => ({ name, type }));
  requireDistinct(columns);
  const reader = await READERS[found.format](connection, found, columns);
  const select = columns.map(
    ({ name, type }) => `CAST(${identifier(name)} AS ${DUCKDB_TYPE[type]}) AS ${identifier(name)}`,
  );
  const column = '__tiltyard_file';
  return {
    ...found,
    columns,
    relation: `(SELECT ${select.join(', ')} FROM ${reader})`,
    relationWithFile: { sql: `(SELECT ${select.join(', ')}, filename AS ${column} FROM ${reader})`, column },
  };
}

function requireDistinct(columns: readonly RawColumn[]): void {
  const seen = new Map<string, string>();
  for (const { name } of columns) {
    const before = seen.get(name.toLowerCase());
    if (before !== undefined) {
      throw new UserError(`data.schema declares ${before} and ${name}, which SQL can't tell apart`, {
        fix: 'Rename one of the columns in the data.',
      });
    }
    seen.set(name.toLowerCase(), name);
  }
}

type Reader = (connection: Connection, found: DataFiles, columns: RawColumn[]) => Promise<string>;

const READERS: Record<Format, Reader> = { csv: csvReader, jsonl: jsonReader, parquet: parquetReader };

function list(files: string[]): string {
  return `[${files.map(literal).join(', ')}]`;
}

async function csvReader(_connection: Connection, { files, uri }: DataFiles, columns: RawColumn[]): Promise<string> {
  const [first, ...others] = files;
  const header = await readCsvHeader(first);
  for (const file of others) {
    const other = await readCsvHeader(file);
    if (other.delimiter !== header.delimiter || JSON.stringify(other.names) !== JSON.stringify(header.names)) {
      throw new UserError(`the files of ${uri} have different headers: ${first} and ${file}`, {
        fix: 'Write the same columns in the same order into every file.',
      });
    }
  }
  requireColumns(header.names, columns, first);
  const declared = new Map(columns.map(({ name, type }) => [name, DUCKDB_TYPE[type]]));
  return csvRelation(files, header, (name) => declared.get(name) ?? 'VARCHAR');
}

/**
 * CSV files with one header as a table function. Columns go by position, so every column of the files is named; those
 * that nobody selects are not even parsed.
 */
export function csvRelation(
  files: string[],
  { names, delimiter }: CsvHeader,
  typeOf: (name: string) => string,
): string {
  const struct = names.map((name) => `${literal(name)}: ${literal(typeOf(name))}`);
  return (
    `read_csv(${list(files)}, auto_detect = false, header = true, delim = ${literal(delimiter)}, quote = '"', ` +
    `escape = '"', columns = {${struct.join(', ')}})`
  );
}

async function jsonReader(_connection: Connection, { files }: DataFiles, columns: RawColumn[]): Promise<string> {
  const struct = columns.map(({ name, type }) => `${literal(name)}: ${literal(DUCKDB_TYPE[type])}`);
  return `read_json(${list(files)}, format = 'newline_delimited', columns = {${struct.join(', ')}})`;
}

async function parquetReader(connection: Connection, found: DataFiles, columns: RawColumn[]): Promise<string> {
  for (const file of found.files) {
    const stored = new Map<string, string>();
    try {
      const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM read_parquet(${literal(file)})`);
      for (const [name, type] of described.getRowsJson()) stored.set(String(name), String(type));
    } catch (error) {
      throw asDataError(error, { ...found, uri: file });
    }
    requireColumns([...stored.keys()], columns, file);
    for (const { name, type } of columns) {
      const actual = stored.get(name) ?? '';
      if (readsAs(actual, type)) continue;
      throw new UserError(`${file}: column ${name} is stored as ${actual}, but model.yaml declares it as ${type}`, {
        fix: `Declare the type that is stored under data.schema, or write the column as ${DUCKDB_TYPE[type]}.`,
      });
    }
  }
  return `read_parquet(${list(found.files)})`;
}

function requireColumns(present: string[], columns: RawColumn[], file: string): void {
  const names = new Set(present);
  for (const { name } of columns) {
    if (names.has(name)) continue;
    const near = nearest(name, present);
    throw new UserError(`${file} has no column ${name}, which model.yaml declares under data.schema`, {
      fix: near === null ? `Its columns are ${present.slice(0, 20).join(', ')}.` : `Is ${near} meant?`,
    });
  }
}
