import { type Connection } from '#lib/data/duckdb.ts';
import { field, isNode, type Node, parseSelect, position } from '#lib/data/syntax.ts';
import { volatileFunctions, volatileUse } from '#lib/data/volatile.ts';
import { UserError } from '#registry/error.ts';
import { nearest } from '#registry/nearest.ts';

export interface SqlRules {
  /** What errors call the text, for example `features.sql`. */
  name: string;
  /** The tables that `state.` has. */
  states: readonly string[];
  /** Names of the raw columns; one of these hides a special name such as `current_date`. */
  columns: readonly string[];
}

const TABLE_FUNCTIONS = new Set(['unnest', 'range', 'generate_series']);

/**
 * Refuses SQL that could see more than the rows it is given: anything but one SELECT over `source`, `state.*` and its own
 * CTEs; files, table functions, samples, parameters; functions that give something else on another run. The tree is
 * DuckDB's own, so what is checked is what runs. Each error names line and column.
 *
 * That features of a row depend on this row alone is not decided here but by computing them twice (`row-dependence.ts`).
 */
export async function validateSql(connection: Connection, text: string, rules: SqlRules): Promise<void> {
  const select = await parseSelect(connection, text, rules.name);
  const volatile = await volatileFunctions(connection);
  const columns = new Set(rules.columns.map((name) => name.toLowerCase()));

  const refuse = (node: Node, what: string, fix: string) =>
    new UserError(`${rules.name}${position(text, node['query_location'])} ${what}`, { fix });

  function visit(value: unknown, ctes: ReadonlySet<string>): void {
    if (Array.isArray(value)) {
      for (const item of value) visit(item, ctes);
      return;
    }
    if (!isNode(value)) return;
    const visible = withCtes(value, ctes);
    check(value, visible);
    for (const child of Object.values(value)) visit(child, visible);
  }

  function check(node: Node, ctes: ReadonlySet<string>): void {
    if (isNode(node['sample'])) {
      throw refuse(node, 'takes a sample, which is another one each time', 'Compute features of every row.');
    }
    if (node['class'] === 'PARAMETER') throw refuse(node, 'holds a parameter', 'Write the value itself.');
    if (node['type'] === 'BASE_TABLE') checkTable(node, ctes);
    if (node['type'] === 'SHOW_REF') throw refuse(node, 'describes tables', 'Select from source and state.* only.');
    if (node['type'] === 'TABLE_FUNCTION') checkTableFunction(node);
    const use = volatileUse(node, volatile, columns);
    if (use !== null) {
      throw refuse(node, `uses ${use}, whose value changes from run to run`, 'Use the row’s own columns.');
    }
  }

  function checkTable(node: Node, ctes: ReadonlySet<string>): void {
    const schema = field(node, 'schema_name').toLowerCase();
    const table = field(node, 'table_name').toLowerCase();
    const known =
      schema === 'state'
        ? rules.states.some((state) => state.toLowerCase() === table)
        : schema === '' && (table === 'source' || ctes.has(table));
    if (known && field(node, 'catalog_name') === '') return;
    const written = [field(node, 'catalog_name'), field(node, 'schema_name'), field(node, 'table_name')]
      .filter((part) => part !== '')
      .join('.');
    const tables = ['source', ...rules.states.map((state) => `state.${state}`)];
    const near = nearest(written, tables);
    throw refuse(
      node,
      `reads ${written}, which is neither source nor one of its state tables`,
      near === null ? `It may read ${tables.join(', ')} and its own WITH tables; no files.` : `Is ${near} meant?`,
    );
  }

  function checkTableFunction(node: Node): void {
    const called = isNode(node['function']) ? field(node['function'], 'function_name').toLowerCase() : '';
    if (TABLE_FUNCTIONS.has(called)) return;
    throw refuse(
      node,
      `reads from ${called}(), which is refused`,
      'Select from source and state.* only; what else the features need belongs into state/*.sql.',
    );
  }

  visit(select, new Set());
}

/** The names that WITH gives inside this node, added to those from outside. */
function withCtes(node: Node, outer: ReadonlySet<string>): ReadonlySet<string> {
  const names: string[] = [];
  const map = node['cte_map'];
  if (isNode(map) && Array.isArray(map['map'])) {
    for (const entry of map['map']) if (isNode(entry)) names.push(field(entry, 'key').toLowerCase());
  }
  for (const key of ['ctename', 'cte_name']) if (field(node, key) !== '') names.push(field(node, key).toLowerCase());
  return names.length === 0 ? outer : new Set([...outer, ...names]);
}
