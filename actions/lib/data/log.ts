import { csvRelation } from './dataset.ts';
import { type Connection, identifier, literal } from './duckdb.ts';
import { locate } from './files.ts';
import { readCsvHeader } from './header.ts';
import { asDataError } from './refusal.ts';

/** Rows that another program wrote, of whatever columns: text where the format has no types. */
export interface Log {
  uri: string;
  /** An SQL relation, in brackets. */
  relation: string;
  columns: string[];
}

/** Finds the files of a log (Parquet, CSV or JSON lines) and their columns. @throws UserError for files it can't read. */
export async function openLog(connection: Connection, uri: string, root: string): Promise<Log> {
  const found = locate(uri, { root });
  const files = `[${found.files.map(literal).join(', ')}]`;
  const lines = (more: string) => `read_json(${files}, format = 'newline_delimited', ${more})`;
  try {
    if (found.format === 'csv') {
      const header = await readCsvHeader(found.files[0]);
      return logOf(
        uri,
        csvRelation(found.files, header, () => 'VARCHAR'),
        header.names,
      );
    }
    if (found.format === 'jsonl') {
      // Every line is looked at, since a column may come up late; what looks like a date stays the text that it is.
      const columns = (await describe(connection, lines('sample_size = -1'))).map(({ name }) => name);
      const struct = columns.map((name) => `${literal(name)}: 'VARCHAR'`);
      return logOf(uri, lines(`columns = {${struct.join(', ')}}`), columns);
    }
    const reader = `read_parquet(${files}, union_by_name = true)`;
    const stored = await describe(connection, reader);
    const columns = stored.map(({ name }) => name);
    return logOf(uri, reader, columns, new Set(stored.flatMap(({ name, type }) => (PLAIN.test(type) ? [] : [name]))));
  } catch (error) {
    throw asDataError(error, found);
  }
}

/** Stored types that turn into numbers, booleans and text as they are; others are read as their text. */
const PLAIN = /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(.*\)|BOOLEAN|VARCHAR)$/;

function logOf(uri: string, reader: string, columns: string[], asText: ReadonlySet<string> = new Set()): Log {
  const list = columns.map((name) => {
    const column = identifier(name);
    return asText.has(name) ? `CAST(${column} AS VARCHAR) AS ${column}` : column;
  });
  return { uri, relation: `(SELECT ${list.join(', ')} FROM ${reader})`, columns };
}

async function describe(connection: Connection, reader: string): Promise<{ name: string; type: string }[]> {
  const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${reader}`);
  return described.getRowsJson().map(([name, type]) => ({ name: String(name), type: String(type) }));
}
