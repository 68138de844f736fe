import { z } from 'zod';
import { UserError } from '#registry/error.ts';
import type { Connection } from './duckdb.ts';

/** A node of DuckDB's own syntax tree, as `json_serialize_sql` gives it. */
export type Node = Record<string, unknown>;

const Serialized = z.union([
  z.object({ error: z.literal(false), statements: z.array(z.object({ node: z.record(z.string(), z.unknown()) })) }),
  z.object({
    error: z.literal(true),
    error_type: z.string(),
    error_message: z.string(),
    position: z.string().optional(),
  }),
]);

/**
 * The syntax tree of SQL text that must be exactly one SELECT. The text is parsed, never run, and travels as a parameter.
 * `name` is what errors call the text, for example `features.sql`.
 */
export async function parseSelect(connection: Connection, text: string, name: string): Promise<Node> {
  const only = 'Write exactly one SELECT statement; it may begin with WITH.';
  if (text.includes('\0')) throw new UserError(`${name} holds a zero byte`, { fix: 'Write plain text.' });
  const result = await connection.runAndReadAll('SELECT json_serialize_sql($1::VARCHAR)', [text]);
  const parsed = Serialized.parse(JSON.parse(String(result.getRowsJson()[0]?.[0])));
  if (parsed.error) {
    if (parsed.error_type === 'parser') {
      const at = position(text, Number(parsed.position ?? Number.NaN));
      throw new UserError(`${name}${at} is not SQL: ${parsed.error_message}`, { fix: 'Mend the syntax.' });
    }
    throw new UserError(`${name} is not a SELECT statement, or uses PIVOT`, {
      fix: `${only} Spell a pivot as CASE or FILTER.`,
    });
  }
  const [statement] = parsed.statements;
  if (statement === undefined) throw new UserError(`${name} is empty`, { fix: only });
  if (parsed.statements.length > 1) {
    throw new UserError(`${name} holds ${parsed.statements.length} statements`, { fix: only });
  }
  return statement.node;
}

/** ` line 3, column 5` (from 1) of a byte offset into the text; empty where DuckDB gives none. */
export function position(text: string, offset: unknown): string {
  if (typeof offset !== 'number' || !Number.isSafeInteger(offset)) return '';
  const before = Buffer.from(text, 'utf8').subarray(0, offset).toString('utf8');
  const lines = before.split('\n');
  return `, line ${lines.length}, column ${(lines.at(-1)?.length ?? 0) + 1},`;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A text field of a node; empty where it has none. */
export function field(node: Node, key: string): string {
  const value = node[key];
  return typeof value === 'string' ? value : '';
}

/** Calls `visit` for every object of the tree, parents first. */
export function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (isNode(value)) {
    visit(value);
    for (const child of Object.values(value)) walk(child, visit);
  }
}

/** The name that a FUNCTION or WINDOW node calls, in lower case; null for any other node. */
export function calledFunction(node: Node): string | null {
  const called = node['class'] === 'FUNCTION' || node['class'] === 'WINDOW';
  return called ? field(node, 'function_name').toLowerCase() : null;
}
