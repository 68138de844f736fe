import { isMap, isNode, isSeq, type Node, type Pair, type YAMLSeq } from 'yaml';
import { itemLines, setEntries } from './edit-map.ts';
import {
  afterColon,
  CantEdit,
  dashOf,
  extent,
  indentAt,
  inline,
  insertion,
  lineStart,
  nextLine,
  type Page,
  type Splice,
} from './splice.ts';

/** A list before and after: items that stay keep their order, new ones stand before or behind all of those. */
interface Change {
  /** For each item that is there, whether it stays. */
  stays: boolean[];
  front: unknown[];
  back: unknown[];
}

/**
 * Removes items from a list, adds others, and changes the entries of those that stay; what is the same keeps its bytes.
 * @param idOf What tells an item from the others, before and after.
 */
export function editList<T>(
  page: Page,
  pair: Pair,
  [before, after]: readonly [before: readonly T[], after: readonly T[]],
  idOf: (item: T) => string,
): Splice[] {
  const list = pair.value;
  if (!isSeq(list)) throw new CantEdit('the value is no list');
  const change = changeOf(before.map(idOf), after, idOf);
  const changed = before.flatMap((item, k) => {
    const node = list.items[k];
    const now = after.find((one) => idOf(one) === idOf(item));
    return isMap(node) && typeof now === 'object' && now !== null ? setEntries(page, node, now) : [];
  });
  if (change.stays.every(Boolean) && change.front.length + change.back.length === 0) return changed;
  if (list.flow !== true) return [...changed, ...editBlock(page, pair, list, change)];
  const grows = list.items.length === 0 && typeof after[0] === 'object' && page.root?.flow !== true;
  return grows ? growBlock(page, pair, list, after) : [...changed, ...editFlow(page, list, change)];
}

function changeOf<T>(known: readonly string[], after: readonly T[], idOf: (item: T) => string): Change {
  const isNew = after.map((item) => !known.includes(idOf(item)));
  const kept = isNew.indexOf(false);
  return {
    stays: known.map((id) => after.some((item) => idOf(item) === id)),
    front: kept === -1 ? [] : after.slice(0, kept),
    back: kept === -1 ? [...after] : after.filter((_, k) => k > kept && isNew[k]),
  };
}

function editBlock({ text, eol }: Page, pair: Pair, list: YAMLSeq, { stays, front, back }: Change): Splice[] {
  const splices: Splice[] = [];
  const nodes = nodesOf(list);
  const last = nodes.at(-1);
  if (last === undefined) throw new CantEdit('a block list has items');
  const first = dashOf(list, 0);
  const indent = indentAt(text, first);
  const lines = (values: unknown[]) =>
    values
      .flatMap((value) => (isMap(last) && last.flow === true ? [`- ${inline(value)}`] : itemLines(value, last)))
      .map((line) => `${indent}${line}${eol}`)
      .join('');
  splices.push(insertion(lineStart(text, first), lines(front)));
  for (const [k, node] of nodes.entries()) {
    if (stays[k] === true) continue;
    splices.push({ start: lineStart(text, dashOf(list, k)), end: nextLine(text, extent(node).end), text: '' });
  }
  splices.push(insertion(nextLine(text, extent(last).end), lines(back)));
  const isLeftEmpty = front.length + back.length === 0 && !stays.includes(true);
  return isLeftEmpty ? [insertion(afterColon(pair), ' []'), ...splices] : splices;
}

/** `quarantined: []` becomes a block list: its items would make a line too long to read. */
function growBlock({ text, eol }: Page, pair: Pair, list: YAMLSeq, values: readonly unknown[]): Splice[] {
  const { end } = extent(list);
  const key = isNode(pair.key) ? extent(pair.key).start : 0;
  const indent = `${indentAt(text, key)}  `;
  const lines = values.flatMap((value) => itemLines(value)).map((line) => `${indent}${line}${eol}`);
  return [{ start: afterColon(pair), end, text: '' }, insertion(nextLine(text, end), lines.join(''))];
}

function editFlow({ text }: Page, list: YAMLSeq, { stays, front, back }: Change): Splice[] {
  const places = nodesOf(list).map(extent);
  const [like] = nodesOf(list);
  const write = (values: unknown[]) => values.map((value) => inline(value, like));
  const first = places.at(0);
  const final = places.at(-1);
  if (first === undefined || final === undefined || !stays.includes(true)) {
    const all = write([...front, ...back]).join(', ');
    return [
      first === undefined || final === undefined || all === ''
        ? { ...extent(list), text: `[${all}]` }
        : { start: first.start, end: final.end, text: all },
    ];
  }
  const splices: Splice[] = [];
  const comma = separator(text, places);
  for (const one of write(front)) splices.push(insertion(first.start, `${one}${comma}`));
  const lastKept = stays.lastIndexOf(true);
  for (const [k, { start }] of places.entries()) {
    const next = places[k + 1];
    if (stays[k] !== true && k < lastKept && next !== undefined) splices.push({ start, end: next.start, text: '' });
  }
  const end = places[lastKept]?.end ?? final.end;
  splices.push({ start: end, end: final.end, text: '' });
  for (const one of write(back)) splices.push(insertion(end, `${comma}${one}`));
  return splices;
}

/** What stands between the last two items, so that a list that has its items on lines of their own keeps them there. */
function separator(text: string, places: readonly { start: number; end: number }[]): string {
  const [a, b] = places.slice(-2);
  const between = a === undefined || b === undefined ? '' : text.slice(a.end, b.start);
  return /^\s*,\s+$/.test(between) ? between : ', ';
}

function nodesOf(list: YAMLSeq): Node[] {
  return list.items.map((item) => {
    if (!isNode(item)) throw new CantEdit('an item is no node');
    return item;
  });
}
