import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  LineCounter,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml';
import { UserError } from '../error.ts';
import { type Entry, type Position, refuse } from './problem.ts';

/** A YAML text as plain values, with the place of every entry. */
export interface YamlText {
  value: unknown;
  /** Where an entry stands, lines and columns from 1; where it is missing, where its nearest parent does. */
  position: (entry: Entry) => Position;
  /** The line of an entry, or null where it isn't written. */
  line: (entry: Entry) => number | null;
}

/** No document of ours comes near. A parser's time grows with the text: the worst of this length take it about a second. */
const LONGEST = 250_000;
/** Instead of an anchor and its aliases. */
const WRITE_OUT = 'Write the value out where it is used.';
/** Keys that mean something to JavaScript's objects. */
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];

/**
 * Reads one YAML 1.2 document strictly: no duplicate keys, no anchors, aliases, merge keys or tags (what is written is
 * what is meant), and keys that are text.
 * @throws UserError that names the line and column.
 */
export function readYaml(text: string, path: string): YamlText {
  if (text.length > LONGEST) {
    throw new UserError(`${path} is longer than ${LONGEST} characters.`, { fix: 'Keep data out of it.' });
  }
  const lines = new LineCounter();
  const document = parse(text, path, lines);
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const problems = [
    ...document.errors.map((error) => ({
      at: at(error.pos[0]),
      entry: [],
      message: sentence(error.message),
      fix: 'Check indentation, colons, quotes and brackets there; text that begins with @, * or & needs quotes.',
    })),
    ...strangers(document).map(({ offset, message, fix }) => ({ at: at(offset), entry: [], message, fix })),
  ];
  if (problems.length > 0) refuse(path, problems);
  const offsetOf = offsets(document);
  return {
    value: document.toJS(),
    position: (entry) => {
      // Of what is missing, where its nearest parent stands.
      let length = entry.length;
      while (length > 0 && offsetOf(entry.slice(0, length)) === null) length -= 1;
      return at(offsetOf(entry.slice(0, length)) ?? 0);
    },
    line: (entry) => {
      const offset = offsetOf(entry);
      return offset === null ? null : at(offset).line;
    },
  };
}

function parse(text: string, path: string, lineCounter: LineCounter): Document.Parsed {
  let documents: Document.Parsed[];
  try {
    // Whether keys are unique is seen below: the parser compares each with each.
    const options = { lineCounter, version: '1.2', schema: 'core', prettyErrors: false, uniqueKeys: false } as const;
    documents = [...parseAllDocuments(text, options)];
  } catch (cause) {
    // The parser descends by calling itself: a text of a hundred thousand brackets ends its stack.
    throw new UserError(`${path} is nested too deeply to be read.`, { fix: 'Write it without such nesting.', cause });
  }
  if (documents.some(({ errors }) => errors.some(({ message }) => message.includes('call stack')))) {
    throw new UserError(`${path} is nested too deeply to be read.`, { fix: 'Write it without such nesting.' });
  }
  const [document] = documents;
  if (document === undefined || document.contents === null) {
    throw new UserError(`${path} is empty.`, { fix: 'Write the document, or restore it from git.' });
  }
  if (documents.length > 1) {
    throw new UserError(`${path} holds ${documents.length} documents.`, {
      fix: 'Remove the lines `---` between them.',
    });
  }
  return document;
}

interface Stranger {
  offset: number;
  message: string;
  fix: string;
}

function strangers(document: Document.Parsed): Stranger[] {
  const found: Stranger[] = [];
  visit(document, (_, node) => {
    if (isMap(node)) for (const one of twice(node)) found.push(one);
    if (isPair(node)) {
      const { key } = node;
      const offset = isNode(key) ? (key.range?.[0] ?? 0) : 0;
      const name = isScalar(key) ? key.value : undefined;
      if (typeof name !== 'string' && typeof name !== 'number') {
        found.push({ offset, message: 'a key must be text', fix: 'Quote the key.' });
      } else if (name === '<<') {
        found.push({ offset, message: 'merge keys (<<) are not read', fix: 'Write the entries out.' });
      } else if (FORBIDDEN.includes(String(name))) {
        found.push({ offset, message: `the key ${name} is not allowed`, fix: 'Rename it.' });
      }
      return;
    }
    if (!isNode(node)) return;
    const offset = node.range?.[0] ?? 0;
    if (isAlias(node)) found.push({ offset, message: 'aliases (*) are not read', fix: WRITE_OUT });
    else if (node.anchor !== undefined) found.push({ offset, message: 'anchors (&) are not read', fix: WRITE_OUT });
    if (node.tag !== undefined && !node.tag.startsWith('tag:yaml.org,2002:')) {
      found.push({ offset, message: 'tags (!) are not read', fix: 'Remove the tag.' });
    }
  });
  const tagged = document.warnings.map((warning) => ({
    offset: warning.pos[0],
    message: sentence(warning.message),
    fix: 'Remove the tag or the directive.',
  }));
  return [...found, ...tagged];
}

/** Keys that a mapping has several times; what only looks alike to JavaScript (`1` and `"1"`) is one key to it. */
function* twice(map: YAMLMap): Generator<Stranger> {
  const seen = new Set<string>();
  for (const { key } of map.items) {
    if (!isScalar(key)) continue;
    const name = String(key.value);
    if (seen.has(name))
      yield { offset: key.range?.[0] ?? 0, message: 'this key is there twice', fix: 'Remove one of them.' };
    seen.add(name);
  }
}

/** Tells where the key of an entry (or the item of a list) begins; null where it isn't written. */
function offsets(document: Document.Parsed): (entry: Entry) => number | null {
  // The keys of a mapping by their names, once somebody asks: whoever sought each among all would need an hour for some.
  const pairs = new WeakMap<YAMLMap, Map<string, { key: unknown; value: unknown }>>();
  const pairOf = (map: YAMLMap, name: string) => {
    const known =
      pairs.get(map) ?? new Map(map.items.map((pair) => [isScalar(pair.key) ? String(pair.key.value) : '', pair]));
    pairs.set(map, known);
    return known.get(name);
  };
  const inside = (node: unknown, name: string | number) =>
    isMap(node) ? pairOf(node, String(name))?.value : isSeq(node) ? node.items[Number(name)] : undefined;
  const start = (node: unknown) => (isNode(node) ? (node.range?.[0] ?? null) : null);
  return (entry) => {
    const last = entry.at(-1);
    if (last === undefined) return document.contents?.range?.[0] ?? 0;
    const parent = entry.slice(0, -1).reduce<unknown>(inside, document.contents);
    return start(isMap(parent) ? pairOf(parent, String(last))?.key : inside(parent, last));
  };
}

/** A message of the parser as the rest of a sentence of ours. */
function sentence(message: string): string {
  return `this is no valid YAML: ${message.replace(/[.:]\s*$/, '').replaceAll('\n', ' ')}`;
}
