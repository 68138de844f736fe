/** JSON that JSON.parse would take, and that nobody should. */
export class UnreadableJson extends Error {
  override readonly name = 'UnreadableJson';
}

/** What a document may have at most. */
interface JsonLimits {
  deepest: number;
  /** Values in lists and objects, at every depth. */
  values: number;
  /** Keys of one object. */
  keys: number;
}

/** Far more than the evidence of a model with many thousands of slices. */
const MOST: JsonLimits = { deepest: 30, values: 1_000_000, keys: 10_000 };

const FORBIDDEN = ['__proto__', 'constructor', 'prototype'];
const code = (letter: string) => letter.charCodeAt(0);
const [QUOTE, BACKSLASH, COMMA, COLON, MINUS] = [code('"'), code('\\'), code(','), code(':'), code('-')];
const [ZERO, NINE] = [code('0'), code('9')];
const [OBJECT, OBJECT_END, LIST, LIST_END] = [code('{'), code('}'), code('['), code(']')];

/**
 * Reads JSON of others. Of a key that is there twice JSON.parse would take the last, and of 1e999 it would make infinity:
 * these are refused, as are keys that mean something to JavaScript, and whatever is too deep or too much. Memory is spent
 * only on what was found to be within the limits.
 * @throws UnreadableJson that says why, as the end of a sentence.
 */
export function parseStrictJson(text: string, limits = MOST): unknown {
  scan(text, limits);
  try {
    return JSON.parse(text);
  } catch {
    throw new UnreadableJson('it is no JSON');
  }
}

/** Looks at strings, numbers and brackets alone: whether they stand where they may is for JSON.parse to say. */
function scan(text: string, { deepest, keys, values }: JsonLimits): void {
  /** The keys so far of each object that is open; null for a list. */
  const open: (Set<string> | null)[] = [];
  let count = 0;
  let isKey = false;
  let at = 0;
  while (at < text.length) {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      const end = endOfString(text, at);
      if (isKey) addKey(open.at(-1), text.slice(at, end), keys);
      isKey = false;
      at = end;
      continue;
    }
    switch (character) {
      case OBJECT:
      case LIST:
      case COMMA:
        count += 1;
        if (count > values) throw new UnreadableJson(`it has more than ${values} values`);
        if (character !== COMMA) open.push(character === OBJECT ? new Set() : null);
        if (open.length > deepest) throw new UnreadableJson(`it is nested more than ${deepest} deep`);
        isKey = open.at(-1) instanceof Set;
        break;
      case OBJECT_END:
      case LIST_END:
        open.pop();
        break;
      case COLON:
        isKey = false;
        break;
      default:
        if (character === MINUS || (character >= ZERO && character <= NINE)) {
          at = endOfNumber(text, at);
          continue;
        }
    }
    at += 1;
  }
}

/** Behind the closing quotation mark, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === BACKSLASH) slashes += 1;
    if (slashes % 2 === 0) return end + 1;
  }
  return text.length;
}

function addKey(keys: Set<string> | null | undefined, quoted: string, most: number): void {
  if (keys === null || keys === undefined) return;
  const key = quoted.includes('\\') ? unquoted(quoted) : quoted.slice(1, -1);
  if (FORBIDDEN.includes(key)) throw new UnreadableJson(`no key may be called ${key}`);
  if (keys.has(key)) throw new UnreadableJson(`the key ${shown(key)} is there twice`);
  if (keys.size === most) throw new UnreadableJson(`an object in it has more than ${most} keys`);
  keys.add(key);
}

function unquoted(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    throw new UnreadableJson('it is no JSON');
  }
}

const shown = (key: string) => JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key);

const NUMBER = /-?[0-9.]+(?:[eE][+-]?[0-9]+)?/y;

/** Behind a number that begins here. */
function endOfNumber(text: string, start: number): number {
  NUMBER.lastIndex = start;
  const [number] = NUMBER.exec(text) ?? [];
  if (number === undefined) throw new UnreadableJson('it is no JSON');
  if (Math.abs(Number(number)) === Infinity) throw new UnreadableJson('it has a number that is too large');
  return start + number.length;
}
