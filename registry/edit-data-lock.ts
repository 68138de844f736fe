import { type Document, isMap, isScalar, parseDocument, stringify } from 'yaml';
import { canonicalJson } from './canonical-json.ts';
import { type DataLock, PINNED, type Pin, type PinnedName, parseDataLock } from './data-lock.ts';

const HEAD = `# Which bytes each dataset of model.yaml was when it was pinned. Written by tiltyard pin.\n`;

/**
 * The text of `data.lock.yaml` with these datasets pinned anew. Comments, order and pins of other datasets stay; where
 * nothing changes, the text is the same byte for byte.
 * @param text Null where there is no file yet.
 * @throws UserError for a text that is no data.lock.yaml.
 */
export function editDataLock(text: string | null, pins: DataLock, path: string): string {
  const given = PINNED.flatMap((name) => (pins[name] === undefined ? [] : [{ name, pin: pins[name] }]));
  if (text === null) return HEAD + stringify(Object.fromEntries(given.map(({ name, pin }) => [name, pin])), WRITTEN);
  const before = parseDataLock(text, path).value;
  const changed = given.filter(({ name, pin }) => canonicalJson(before[name] ?? null) !== canonicalJson(pin));
  if (changed.length === 0) return text;
  const document = parseDocument(text);
  for (const { name, pin } of changed) setPin(document, name, pin);
  const edited = document.toString(WRITTEN);
  return text.includes('\r\n') ? edited.replaceAll(/\r?\n/g, '\r\n') : edited;
}

/** Long paths stay on their line; our documents have no anchors. */
const WRITTEN = { lineWidth: 0, aliasDuplicateObjects: false } as const;

/** Sets entry by entry, so that what stays keeps its place and its comments. */
function setPin(document: Document, name: PinnedName, pin: Pin): void {
  if (!isMap(document.get(name, true))) {
    document.set(name, document.createNode(pin, WRITTEN));
    return;
  }
  const { schema, ...facts } = pin;
  for (const [key, value] of Object.entries(facts)) document.setIn([name, key], value);
  const columns = document.getIn([name, 'schema'], true);
  if (!isMap(columns)) throw new Error('a checked data.lock.yaml has a schema for every dataset');
  for (const { key } of columns.items.slice()) {
    // A column called 2001 that stands there without quotes is another key than the text that we write.
    const kept = isScalar(key) && typeof key.value === 'string' && Object.hasOwn(schema, key.value);
    if (!kept) columns.delete(key);
  }
  for (const [column, type] of Object.entries(schema)) document.setIn([name, 'schema', column], type);
}
