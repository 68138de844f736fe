import { UserError } from '#registry/error.ts';
import type { SliceColumn } from '#registry/model.ts';
import type { Dataset } from './dataset.ts';
import { type Connection, identifier } from './duckdb.ts';
import { asDataError } from './refusal.ts';

const NUMERIC = new Set(['integer', 'bigint', 'float', 'double']);

/**
 * One slice column as an SQL expression whose values are the slices. A numeric column in bands gives each band's text:
 * `below 500`, `500 to below 1000`, `1000 and above`; NaN and null are slices of their own.
 */
export async function sliceExpression(
  connection: Connection,
  dataset: Dataset,
  slice: SliceColumn,
): Promise<{ column: string; expression: string }> {
  const column = typeof slice === 'string' ? slice : slice.column;
  const declared = dataset.columns.find(({ name }) => name === column);
  if (declared === undefined) {
    throw new UserError(`the slice column ${column} is not declared under data.schema`, {
      fix: 'Declare it with its type, or take it out of evaluate.slices.',
    });
  }
  const quoted = identifier(column);
  if (typeof slice === 'string') return { column, expression: quoted };
  if (!NUMERIC.has(declared.type)) {
    throw new UserError(`the slice column ${column} is cut into bands, but it is ${declared.type}`, {
      fix: 'Bands are for numbers; name the column alone to slice by its values.',
    });
  }
  const edges = 'edges' in slice ? slice.edges : await quantileEdges(connection, dataset, column, slice.quantiles);
  return {
    column,
    expression: bandExpression(
      quoted,
      edges.toSorted((a, b) => a - b),
    ),
  };
}

function bandExpression(column: string, edges: number[]): string {
  const number = `CAST(${column} AS DOUBLE)`;
  const cases = [`WHEN ${number} IS NULL THEN NULL`, `WHEN isnan(${number}) THEN 'NaN'`];
  for (const [index, edge] of edges.entries()) {
    const text = index === 0 ? `below ${edge}` : `${edges[index - 1]} to below ${edge}`;
    cases.push(`WHEN ${number} < CAST('${edge}' AS DOUBLE) THEN '${text}'`);
  }
  const last = edges.at(-1);
  return `CASE ${cases.join(' ')} ELSE '${last === undefined ? 'all' : `${last} and above`}' END`;
}

/**
 * The inner edges of `count` bands with about equally many rows: exact quantiles that are values of the column (so they
 * do not depend on an approximation's state); equal ones are merged.
 */
async function quantileEdges(
  connection: Connection,
  dataset: Dataset,
  column: string,
  count: number,
): Promise<number[]> {
  const points = Array.from({ length: count - 1 }, (_, index) => (index + 1) / count);
  const number = `CAST(${identifier(column)} AS DOUBLE)`;
  try {
    const result = await connection.runAndReadAll(
      `SELECT unnest(quantile_disc(${number}, [${points.join(', ')}])) FROM ${dataset.relation} AS source WHERE NOT isnan(${number})`,
    );
    const edges = result.getRowsJson().map(([edge]) => Number(edge));
    return [...new Set(edges)].filter((edge) => Number.isFinite(edge));
  } catch (error) {
    throw asDataError(error, dataset);
  }
}
