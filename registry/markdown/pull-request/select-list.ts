/** What a SELECT gives, as its text says it. */
export interface SelectList {
  /** Columns in their order: the name as it is written, and the expression without comments and layout. */
  columns: { name: string; expression: string }[];
  /** All around the list: WITH, FROM, joins, WHERE. */
  rest: string;
}

/** A string or a quoted name, `::`, a word or a number, else a sign of its own. */
const TOKEN = /'(?:[^']|'')*'|"(?:[^"]|"")*"|::|[\p{L}\p{N}_]+|[^\s]/uy;
const LAYOUT = /(?:\s+|--[^\n]*|\/\*[^]*?\*\/)*/uy;
const NAME = /^(?:[\p{L}_][\p{L}\p{N}_]*|"(?:[^"]|"")+")$/u;
/** What may follow the list. */
const ENDS = ['from', 'into', 'where', 'group', 'having', 'window', 'qualify', 'order', 'limit', 'offset', 'using'];
/** With these a query has no one list, or not the columns that its text names. */
const BEYOND_US = ['union', 'intersect', 'except', 'pivot', 'unpivot', 'values', ';'];

/** What makes several columns of one. */
const MANY = ['columns', 'unnest'];

/**
 * The columns of a query that is one SELECT, with or without CTEs, each a plain column or called by AS. Null where its text
 * does not tell them: `*`, COLUMNS(…), a set operation, a column without a name, or what this small reader does not know.
 */
export function selectList(sql: string): SelectList | null {
  const tokens = tokensOf(sql.replace(/;\s*$/u, ''));
  const depths = tokens === null ? null : depthsOf(tokens);
  if (tokens === null || depths === null) return null;
  const words = tokens.map((token) => token.toLowerCase());
  const isWord = (index: number, among: readonly string[]) =>
    depths[index] === 0 && !['.', 'as'].includes(words[index - 1] ?? '') && among.includes(words[index] ?? '');
  const indices = [...tokens.keys()];
  if (
    indices.some((index) => isWord(index, BEYOND_US) || (words[index + 1] === '(' && MANY.includes(words[index] ?? '')))
  )
    return null;
  const [start, ...others] = indices.filter((index) => isWord(index, ['select']));
  if (start === undefined || others.length > 0 || ['distinct', 'all'].includes(words[start + 1] ?? '')) return null;
  // IS DISTINCT FROM is a comparison.
  const end = indices.find((index) => index > start && isWord(index, ENDS) && words[index - 1] !== 'distinct');
  const items: string[][] = [[]];
  for (const index of indices.slice(start + 1, end)) {
    if (tokens[index] === ',' && depths[index] === 0) items.push([]);
    else items.at(-1)?.push(tokens[index] ?? '');
  }
  // DuckDB lets a comma stand after the last column.
  if (items.at(-1)?.length === 0) items.pop();
  const columns = items.flatMap((item) => columnOf(item) ?? []);
  const names = new Set(columns.map(({ name }) => name.toLowerCase()));
  if (columns.length !== items.length || names.size !== columns.length || columns.length === 0) return null;
  return { columns, rest: plain([...tokens.slice(0, start), ...tokens.slice(end ?? tokens.length)]) };
}

/** Without differences that are none in SQL: layout, and the case of what is not quoted. */
function plain(tokens: readonly string[]): string {
  return tokens.map((token) => (/^['"]/.test(token) ? token : token.toLowerCase())).join(' ');
}

/** The tokens; null where a string or a comment does not end, or is one that is read by rules which this does not know. */
function tokensOf(sql: string): string[] | null {
  const tokens: string[] = [];
  let at = 0;
  for (;;) {
    LAYOUT.lastIndex = at;
    LAYOUT.exec(sql);
    TOKEN.lastIndex = LAYOUT.lastIndex;
    const [token] = TOKEN.exec(sql) ?? [];
    if (token === undefined) return tokens;
    // Strings with escapes (E'…') or between dollars, and comments in comments.
    const two = sql.slice(LAYOUT.lastIndex - 1, LAYOUT.lastIndex + 1);
    if (["'", '"', '$'].includes(token) || two === '*/' || sql.startsWith('/*', LAYOUT.lastIndex)) return null;
    if (/^e'$/i.test(two) && /^e$/i.test(tokens.at(-1) ?? '')) return null;
    tokens.push(token);
    at = TOKEN.lastIndex;
  }
}

/** How deep in brackets each token stands, brackets themselves as deep as what is in them; null where they do not match. */
function depthsOf(tokens: readonly string[]): number[] | null {
  let depth = 0;
  const depths = tokens.map((token) => {
    if (/^[([{]$/.test(token)) depth += 1;
    const own = depth;
    if (/^[)\]}]$/.test(token)) depth -= 1;
    return depth < 0 ? Number.NaN : own;
  });
  return depth === 0 && !depths.some(Number.isNaN) ? depths : null;
}

function columnOf(item: readonly string[]): SelectList['columns'][number] | null {
  const last = item.at(-1) ?? '';
  if (!NAME.test(last)) return null;
  const name = last.startsWith('"') ? last.slice(1, -1).replaceAll('""', '"') : last;
  if (item.length > 2 && item.at(-2)?.toLowerCase() === 'as') return { name, expression: plain(item.slice(0, -2)) };
  // `hour`, `s.hour`, `lake.flights.hour`
  const isPlain = item.every((token, index) => (index % 2 === 0 ? NAME.test(token) : token === '.'));
  return isPlain ? { name, expression: plain(item) } : null;
}
