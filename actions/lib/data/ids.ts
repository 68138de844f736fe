import type { Dataset } from './dataset.ts';
import { type Connection, identifier } from './duckdb.ts';
import { readChunks } from './read.ts';
import { textColumn } from './vector.ts';

/** The ids (as text) of the rows with these numbers, in the order asked for: one more pass over the id column alone. */
export async function idsOfRows(
  connection: Connection,
  dataset: Dataset,
  id: string,
  rows: readonly number[],
): Promise<string[]> {
  const wanted = [...new Set(rows)].toSorted((a, b) => a - b);
  const found = new Map<number, string>();
  let next = 0;
  let start = 0;
  for await (const chunk of readChunks(connection, dataset, [`CAST(${identifier(id)} AS VARCHAR)`])) {
    const end = start + chunk.rowCount;
    const text = textColumn(chunk, 0);
    for (; next < wanted.length && wanted[next] < end; next++) {
      found.set(wanted[next], text(wanted[next] - start) ?? '(null)');
    }
    if (next === wanted.length) break;
    start = end;
  }
  return rows.map((row) => {
    const value = found.get(row);
    if (value === undefined) throw new Error(`the dataset ${dataset.uri} has no row number ${row}`);
    return value;
  });
}
