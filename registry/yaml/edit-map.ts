import { isMap, isScalar, type Pair, type YAMLMap } from 'yaml';
import {
  afterColon,
  CantEdit,
  extent,
  indentAt,
  inline,
  insertion,
  isEmpty,
  lineStart,
  nextLine,
  type Page,
  pairEnd,
  type Splice,
} from './splice.ts';

export function pairOf(map: YAMLMap, key: string): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && pair.key.value === key);
}

/**
 * Gives an entry another value: of a mapping that remains one, only what differs; otherwise written on one line, and
 * comments in what it replaces stay.
 */
export function setValue(page: Page, pair: Pair, value: unknown): Splice[] {
  const { text } = page;
  const node = pair.value;
  if (isMap(node) && typeof value === 'object' && value !== null) return setEntries(page, node, value);
  if (!isScalar(node) && !isMap(node)) throw new CantEdit('the value is neither a scalar nor a mapping');
  if (isEmpty(node)) return [insertion(afterColon(pair), ` ${inline(value)}`)];
  if (isMap(node) && node.flow !== true) {
    const lines = node.items.map((inner) => {
      const key = isScalar(inner.key) ? inner.key : node;
      return { start: lineStart(text, extent(key).start), end: nextLine(text, pairEnd(inner)), text: '' };
    });
    return [insertion(afterColon(pair), ` ${inline(value)}`), ...lines];
  }
  // The extent of a block scalar ends with its last line.
  const isBlock = isScalar(node) && (node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED');
  return [{ ...extent(node), text: inline(value, node) + (isBlock ? page.eol : '') }];
}

/** Gives a mapping the entries of `value`; those that are the same already are not touched. */
export function setEntries(page: Page, map: YAMLMap, value: object): Splice[] {
  return Object.entries(value).flatMap(([key, entry]) => {
    const pair = pairOf(map, key);
    if (pair === undefined) throw new CantEdit(`there is no ${key}`);
    return isScalar(pair.value) && pair.value.value === entry ? [] : setValue(page, pair, entry);
  });
}

/**
 * Adds an entry behind the nearest of the keys that go before it in `order`; before all others where there is none. It is
 * written inline where the mapping is.
 */
export function addEntry(page: Page, root: YAMLMap, key: string, value: unknown, order: readonly string[]): Splice {
  const { text, eol } = page;
  const earlier = order.slice(0, order.indexOf(key)).reverse();
  const before = earlier.map((name) => pairOf(root, name)).find((pair) => pair !== undefined);
  const [first] = root.items;
  const start = root.range?.[0] ?? 0;
  if (root.flow === true) {
    const entry = `${key}: ${Array.isArray(value) ? `[${value.map((one) => inline(one)).join(', ')}]` : inline(value)}`;
    if (first === undefined) return { ...extent(root), text: `{ ${entry} }` };
    if (before !== undefined) return insertion(pairEnd(before), `, ${entry}`);
    return insertion(isScalar(first.key) ? extent(first.key).start : start, `${entry}, `);
  }
  const indent = indentAt(text, start);
  const lines = entryLines(key, value).map((line) => `${indent}${line}${eol}`);
  const at = before === undefined ? lineStart(text, start) : nextLine(text, pairEnd(before));
  return insertion(at, lines.join(''));
}

/** An entry in block style, line by line: a list of mappings takes several. */
export function entryLines(key: string, value: unknown): string[] {
  if (!Array.isArray(value)) return [`${key}: ${inline(value)}`];
  const isPlain = value.every((one) => typeof one !== 'object');
  if (isPlain) return [`${key}: [${value.map((one) => inline(one)).join(', ')}]`];
  return [`${key}:`, ...value.flatMap((one) => itemLines(one)).map((line) => `  ${line}`)];
}

/** An item of a block list, line by line; text in the quotes of `like`. */
export function itemLines(value: unknown, like?: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [`- ${inline(value, like)}`];
  return Object.entries(value).map(([key, entry], k) => `${k === 0 ? '- ' : '  '}${key}: ${inline(entry)}`);
}
