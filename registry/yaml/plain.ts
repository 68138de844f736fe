/**
 * A fast reader for the plainest YAML: block mappings and lists with one scalar a line, as Tiltyard itself writes
 * manifests. It reads a tenth of the language and knows where that ends: for anything else, whether valid or not, it
 * gives null, and the strict reader has to look. What it does give is what the strict reader gives, in a
 * twenty-fifth of the time; a test holds the two against each other.
 */

/** Texts that YAML 1.2's core schema takes for a number, true, false or null. */
const NOT_TEXT =
  /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)$/;
/** Letters of most scripts; none of YAML's indicators, and nothing invisible. */
const TEXT = /^[A-Za-z0-9_./À-ɏͰ-Ͽ][A-Za-z0-9_./À-ɏͰ-Ͽ +=,;()@~<>:-]*$/;
const NUMBER = /^-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,20})?(?:[eE][-+]?[0-9]{1,3})?$/;
/** Escapes that YAML and JSON share. */
const QUOTED = /^"(?:[^"\\\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]|\\["\\nrt])*"$/u;
const LINE = /^( *)(- )?(?:([A-Za-z_][A-Za-z0-9_./-]{0,99}|"[A-Za-z0-9_./@ -]{0,99}"):(?: (.+))?|(.+))$/;
const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];
const DEEPEST = 12;
const LONGEST = 100_000;

interface Line {
  indent: number;
  /** Whether a list's item begins here. */
  item: boolean;
  /** Null where the line is a scalar alone. */
  key: string | null;
  /** The text after the key; undefined where the value follows on further lines. */
  text: string | undefined;
}

/** Ends the reading: the strict reader's turn. */
class Unknown extends Error {}

/** The document's value; null where the text is not as plain as that. */
export function readPlainYaml(text: string): { value: unknown } | null {
  if (text.length > LONGEST || !text.endsWith('\n')) return null;
  try {
    const lines = text.slice(0, -1).split('\n').map(lineOf);
    if (lines.length === 0 || lines[0].indent !== 0) return null;
    const [value, next] = block(lines, 0, 0);
    return next === lines.length ? { value } : null;
  } catch (error) {
    if (error instanceof Unknown) return null;
    throw error;
  }
}

function lineOf(text: string): Line {
  const found = LINE.exec(text);
  if (found === null) throw new Unknown();
  const [, spaces, dash, key, after, alone] = found;
  // A scalar alone can only be an item of a list.
  if (key === undefined && dash === undefined) throw new Unknown();
  return {
    indent: spaces.length,
    item: dash !== undefined,
    key: key === undefined ? null : nameOf(key),
    text: key === undefined ? alone : after,
  };
}

function nameOf(key: string): string {
  const name = key.startsWith('"') ? key.slice(1, -1) : key;
  if (FORBIDDEN.includes(name) || name === '' || (name === key && NOT_TEXT.test(key))) throw new Unknown();
  return name;
}

/** The mapping or list that begins at a line, and the line after it. */
function block(lines: readonly Line[], start: number, depth: number): [value: unknown, next: number] {
  if (depth > DEEPEST) throw new Unknown();
  return lines[start].item ? list(lines, start, depth) : mapping(lines, start, lines[start].indent, depth);
}

function list(lines: readonly Line[], start: number, depth: number): [value: unknown[], next: number] {
  const items: unknown[] = [];
  const { indent } = lines[start];
  let at = start;
  while (at < lines.length && lines[at].indent === indent && lines[at].item) {
    const { key, text } = lines[at];
    if (key === null) {
      items.push(scalar(text ?? ''));
      at += 1;
    } else {
      const [value, next] = mapping(lines, at, indent + 2, depth + 1);
      items.push(value);
      at = next;
    }
  }
  if (at < lines.length && lines[at].indent >= indent) throw new Unknown();
  return [items, at];
}

/** A mapping whose keys stand at `indent`; its first may stand behind a list's dash. */
function mapping(
  lines: readonly Line[],
  start: number,
  indent: number,
  depth: number,
): [value: Record<string, unknown>, next: number] {
  const entries: Record<string, unknown> = {};
  let at = start;
  while (at < lines.length) {
    const line = lines[at];
    const column = line.item ? line.indent + 2 : line.indent;
    if (at > start && (line.item || column < indent)) break;
    if (column !== indent || line.key === null || Object.hasOwn(entries, line.key)) throw new Unknown();
    at += 1;
    if (line.text !== undefined) {
      entries[line.key] = scalar(line.text);
    } else {
      if (at >= lines.length || lines[at].indent <= indent) throw new Unknown();
      const [value, next] = block(lines, at, depth + 1);
      entries[line.key] = value;
      at = next;
    }
  }
  // What stands deeper than the entry before it continues that entry.
  if (at < lines.length && lines[at].indent >= indent) throw new Unknown();
  return [entries, at];
}

function scalar(text: string): unknown {
  if (text === 'null') return null;
  if (text === 'true') return true;
  if (text === 'false') return false;
  if (text === '{}') return {};
  if (text === '[]') return [];
  if (text.startsWith('"')) {
    if (QUOTED.test(text)) return JSON.parse(text);
  } else if (NOT_TEXT.test(text)) {
    if (NUMBER.test(text)) return Number(text);
  } else if (TEXT.test(text) && !text.includes(': ') && !/[ :]$/.test(text)) {
    return text;
  }
  throw new Unknown();
}
