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
  let reader = `read_parquet(${files})`;
  if (found.format === 'csv') reader = csvRelation(found.files, await readCsvHeader(found.files[0]), () => 'VARCHAR');
  // Every line is looked at: a column may come up late.
  if (found.format === 'jsonl') reader = `read_json(${files}, format = 'newline_delimited', sample_size = -1)`;
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${reader}`);
    const columns = described.getRowsJson().map(([name, type]) => ({ name: String(name), type: String(type) }));
    // What has several types in JSON stays JSON, in which text has quotes.
    const list = columns.map(
      ({ name, type }) => `${identifier(name)}${type === 'JSON' ? " ->> '$'" : ''} AS ${identifier(name)}`,
    );
    return { uri, relation: `(SELECT ${list.join(', ')} FROM ${reader})`, columns: columns.map(({ name }) => name) };
  } catch (error) {
    throw asDataError(error, found);
  }
}
