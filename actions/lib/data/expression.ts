import { UserError } from '#registry/error.ts';
import type { Dataset } from './dataset.ts';
import type { Connection } from './duckdb.ts';
import { asDataError } from './refusal.ts';
import { calledFunction, field, isNode, parseSelect, walk } from './syntax.ts';
import { volatileFunctions, volatileUse } from './volatile.ts';

/**
 * An SQL expression of the user's over the raw columns (for example `date::DATE`), checked by its syntax tree to be one
 * scalar expression that reads nothing but the row: no subquery, window, aggregate over other rows, or function whose
 * value changes from run to run. Scalar functions can't reach files, so it may run where data files are open.
 * Returns the expression in brackets.
 */
export async function scalarExpression(
  connection: Connection,
  dataset: Dataset,
  text: string,
  name: string,
): Promise<string> {
  // Line ends keep a trailing comment from swallowing the bracket; the tree is that of the very text that is used.
  const bracketed = `(\n${text}\n)`;
  const refuse = (why: string) =>
    new UserError(`${name} (${text}) ${why}`, {
      fix: 'Write one expression over the columns of the row, for example date::DATE.',
    });
  const select = await parseSelect(connection, `SELECT ${bracketed} FROM source`, name).catch((error: unknown) => {
    throw error instanceof UserError ? refuse('is not one expression') : error;
  });
  const list = select['select_list'];
  const table = select['from_table'];
  const plain = Array.isArray(list) && list.length === 1 && isNode(table) && field(table, 'table_name') === 'source';
  const modifiers = select['modifiers'];
  if (!plain || select['where_clause'] !== null || (Array.isArray(modifiers) && modifiers.length > 0)) {
    throw refuse('is not one expression');
  }
  const refused = await volatileFunctions(connection);
  const aggregates = await aggregateFunctions(connection);
  walk(list, (node) => {
    if (node['class'] === 'SUBQUERY' || node['class'] === 'WINDOW' || node['class'] === 'STAR') {
      throw refuse('looks at more than its own row');
    }
    if (node['class'] === 'PARAMETER') throw refuse('holds a parameter');
    const use = volatileUse(node, refused);
    if (use !== null) throw refuse(`uses ${use}, which changes from run to run`);
    const called = calledFunction(node);
    if (called !== null && (aggregates.has(called) || called === 'unnest'))
      throw refuse('looks at more than its own row');
  });
  try {
    await connection.run(`SELECT ${bracketed} FROM ${dataset.relation} AS source LIMIT 0`);
  } catch (error) {
    if (error instanceof Error && /^(Binder|Catalog) Error/.test(error.message)) {
      throw refuse(`does not fit the columns: ${error.message.split('\n')[0]}`);
    }
    throw asDataError(error, dataset);
  }
  return bracketed;
}

async function aggregateFunctions(connection: Connection): Promise<Set<string>> {
  const result = await connection.runAndReadAll(
    "SELECT DISTINCT function_name FROM duckdb_functions() WHERE function_type = 'aggregate'",
  );
  return new Set(result.getRowsJson().map(([name]) => String(name)));
}
