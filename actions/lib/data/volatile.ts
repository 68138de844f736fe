import type { Connection } from './duckdb.ts';
import { calledFunction, type Node } from './syntax.ts';

/** Names that SQL lets stand without brackets and that say when, where or for whom a query runs. */
const SPECIAL_NAMES: ReadonlySet<string> = new Set([
  'current_catalog',
  'current_date',
  'current_role',
  'current_schema',
  'current_time',
  'current_timestamp',
  'current_user',
  'localtime',
  'localtimestamp',
  'session_user',
  'user',
]);

// Constant as DuckDB counts it, but it reads the session's settings.
const SESSION = ['current_setting', 'getvariable', 'getenv'];

/**
 * Names of the functions that may give another value on another run: those that DuckDB itself calls volatile or
 * consistent only within a query (random, now, nextval, …), and the built-in macros that call one of these.
 */
export async function volatileFunctions(connection: Connection): Promise<Set<string>> {
  const functions = await connection.runAndReadAll(
    `SELECT DISTINCT function_name, function_type, coalesce(macro_definition, '')
     FROM duckdb_functions()
     WHERE stability IN ('VOLATILE', 'CONSISTENT_WITHIN_QUERY') OR function_type = 'macro'`,
  );
  const rows = functions.getRowsJson().map((row) => row.map(String));
  const refused = new Set(SESSION);
  for (const [name, type] of rows) if (type !== 'macro') refused.add(name);
  // `error` never gives a value at all.
  refused.delete('error');
  const words = new Set([...refused, ...SPECIAL_NAMES]);
  for (const [name, type, definition] of rows) {
    if (type !== 'macro') continue;
    if (
      definition
        .toLowerCase()
        .split(/[^a-z0-9_]+/)
        .some((word) => words.has(word))
    )
      refused.add(name);
  }
  return refused;
}

/**
 * What a node of a syntax tree calls or reads that may be something else on another run, as `random()` or `current_date`;
 * null where it doesn't. A column hides the special name that it is called by.
 */
export function volatileUse(
  node: Node,
  functions: ReadonlySet<string>,
  columns: ReadonlySet<string> = new Set(),
): string | null {
  const called = calledFunction(node);
  if (called !== null) {
    // With one argument, age() counts from today, though DuckDB calls it constant.
    const fromToday = called === 'age' && Array.isArray(node['children']) && node['children'].length === 1;
    return functions.has(called) || fromToday ? `${called}()` : null;
  }
  const names = node['class'] === 'COLUMN_REF' ? node['column_names'] : null;
  const only = Array.isArray(names) && names.length === 1 ? String(names[0]).toLowerCase() : '';
  return SPECIAL_NAMES.has(only) && !columns.has(only) ? only : null;
}
