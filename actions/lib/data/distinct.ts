import type { Dataset } from './dataset.ts';
import { type Connection, identifier } from './duckdb.ts';
import { asDataError } from './refusal.ts';

/**
 * The different values of a column as text, ascending as numpy sorts them: numbers by their value, text by its code
 * points, false before true. Nulls are left out.
 */
export async function distinctValues(connection: Connection, dataset: Dataset, column: string): Promise<string[]> {
  const value = identifier(column);
  try {
    // UTF-8, by which DuckDB compares text, sorts as code points do.
    const result = await connection.runAndReadAll(
      `SELECT CAST(value AS VARCHAR) FROM (SELECT DISTINCT ${value} AS value FROM ${dataset.relation}) ` +
        'WHERE value IS NOT NULL ORDER BY value',
    );
    return result.getRowsJson().map(([text]) => String(text));
  } catch (error) {
    throw asDataError(error, dataset);
  }
}
