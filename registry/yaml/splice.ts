import {
  type CST,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseDocument,
  stringify,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';

/*
 * Edits of a YAML text that leave all other bytes as they are: comments, order, quotes, styles, line endings. An edit is
 * a list of splices, found by the places of nodes in the text that was parsed.
 */

/** The text from `start` to `end` is replaced; where both are equal, `text` is inserted. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** A text with the places of what is in it. Its last line ends with a line ending. */
export interface Page {
  text: string;
  eol: '\n' | '\r\n';
  /** Null where the text has nothing but comments. */
  root: YAMLMap | null;
}

/** A text has a form that these edits were not made for. */
export class CantEdit extends Error {
  override readonly name = 'CantEdit';
}

/** A document whose root is a mapping, as the strict reader lets it through. */
export function openPage(text: string): Page {
  const { contents } = parseDocument(text, { keepSourceTokens: true, version: '1.2', schema: 'core' });
  return { text, eol: text.includes('\r\n') ? '\r\n' : '\n', root: isMap(contents) ? contents : null };
}

/** @throws CantEdit where splices overlap. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  let done = '';
  let at = 0;
  for (const { start, end, text: insert } of splices.toSorted((a, b) => a.start - b.start)) {
    if (start < at) throw new CantEdit('two edits overlap');
    done += text.slice(at, start) + insert;
    at = end;
  }
  return done + text.slice(at);
}

export const insertion = (at: number, text: string): Splice => ({ start: at, end: at, text });

/** Where the line of an offset begins. */
export const lineStart = (text: string, offset: number) => text.lastIndexOf('\n', offset - 1) + 1;

/** As many spaces as stand before an offset on its line. */
export const indentAt = (text: string, offset: number) => ' '.repeat(offset - lineStart(text, offset));

/** Where the line after an offset begins; what ends at a line's beginning is not on that line. */
export function nextLine(text: string, offset: number): number {
  if (offset > 0 && text[offset - 1] === '\n') return offset;
  const end = text.indexOf('\n', offset);
  return end === -1 ? text.length : end + 1;
}

/** Where a node's own text begins and ends, without the comments and line endings behind it. */
export function extent(node: Node): { start: number; end: number } {
  const [start, end] = node.range ?? [0, 0];
  if ((isMap(node) || isSeq(node)) && node.flow !== true) {
    const last = node.items.at(-1);
    if (isNode(last)) return { start, end: extent(last).end };
    if (isPair(last)) return { start, end: pairEnd(last) };
  }
  return { start, end };
}

/** Where a pair ends: with its value, or with its colon where that is empty. */
export function pairEnd(pair: Pair): number {
  return isNode(pair.value) && !isEmpty(pair.value) ? extent(pair.value).end : afterColon(pair);
}

/** A value that isn't written: `champion:` */
export const isEmpty = (node: Node) => isScalar(node) && node.range?.[0] === node.range?.[1];

export function afterColon({ srcToken }: Pair): number {
  return offsetOf(srcToken?.sep, 'map-value-ind') + 1;
}

/** The offset of a list item's dash. */
export function dashOf({ srcToken }: YAMLSeq, index: number): number {
  const item = srcToken !== undefined && 'items' in srcToken ? srcToken.items[index] : undefined;
  return offsetOf(item?.start, 'seq-item-ind');
}

function offsetOf(tokens: readonly CST.SourceToken[] | undefined, type: CST.SourceToken['type']): number {
  const found = tokens?.find((token) => token.type === type);
  if (found === undefined) throw new CantEdit(`there is no ${type}`);
  return found.offset;
}

/** A value on one line, as it may stand anywhere. Text is written in the quotes of `like`, if that has any. */
export function inline(value: unknown, like?: unknown): string {
  if (typeof value === 'object' && value !== null) {
    return `{ ${Object.entries(value)
      .map(([key, entry]) => `${key}: ${inline(entry)}`)
      .join(', ')} }`;
  }
  if (typeof value !== 'string') return String(value);
  const quote = isScalar(like) ? like.type : undefined;
  if (quote === 'QUOTE_DOUBLE') return JSON.stringify(value);
  if (quote === 'QUOTE_SINGLE' && !/['\n\r]/.test(value)) return `'${value}'`;
  const listed = stringify([value], { collectionStyle: 'flow', lineWidth: 0 }).trim();
  return listed.includes('\n') ? JSON.stringify(value) : listed.slice(2, -2);
}
