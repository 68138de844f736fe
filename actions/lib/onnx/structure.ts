import { UserError } from '#registry/error.ts';
import { MALFORMED, scan, WIRE } from './wire.ts';

type Kind =
  | 'model'
  | 'graph'
  | 'function'
  | 'training'
  | 'node'
  | 'attribute'
  | 'tensor'
  | 'sparse tensor'
  | 'value'
  | 'type'
  | 'list type'
  | 'map type'
  | 'operator set';

/**
 * Which fields of which message hold messages that can lead to a tensor, an operator or a deep nest, from onnx.proto of
 * ONNX 1.23, which is newer than that of ONNX Runtime 1.30: what isn't here, the runtime does not read either. A kind in
 * brackets may come many times.
 */
const CHILDREN: Record<Kind, Record<number, Kind | [Kind]>> = {
  model: { 7: 'graph', 8: ['operator set'], 20: ['training'], 25: ['function'] },
  graph: { 1: ['node'], 5: ['tensor'], 11: ['value'], 12: ['value'], 13: ['value'], 15: ['sparse tensor'] },
  function: { 7: ['node'], 9: ['operator set'], 11: ['attribute'], 12: ['value'] },
  training: { 1: 'graph', 2: 'graph' },
  node: { 5: ['attribute'] },
  attribute: {
    5: 'tensor',
    6: 'graph',
    10: ['tensor'],
    11: ['graph'],
    14: 'type',
    15: ['type'],
    22: 'sparse tensor',
    23: ['sparse tensor'],
  },
  tensor: {},
  'sparse tensor': { 1: 'tensor', 2: 'tensor' },
  value: { 2: 'type' },
  type: { 4: 'list type', 5: 'map type', 9: 'list type' },
  'list type': { 1: 'type' },
  'map type': { 2: 'type' },
  'operator set': {},
};

/** Fields that hold a short text which is wanted. */
const TEXTS: Partial<Record<Kind, Record<number, 'name' | 'operator' | 'domain'>>> = {
  function: { 1: 'name', 10: 'domain' },
  node: { 3: 'name', 4: 'operator', 7: 'domain' },
  attribute: { 1: 'name' },
  tensor: { 8: 'name' },
  value: { 1: 'name' },
  'operator set': { 1: 'domain' },
};

/** A message of a model file and where it lies in the bytes. */
export interface Part {
  kind: Kind;
  /** Number of the field of the parent that holds it; 0 for the model. */
  field: number;
  /** Start of that field, start and end of the message itself. */
  start: number;
  from: number;
  to: number;
  name: string;
  operator: string;
  domain: string;
  /** Of a tensor: whether any sign says that its data is elsewhere, in a file or an address. */
  external: boolean;
  children: Part[];
}

/**
 * How many messages may be nested. A graph inside a node takes three levels (graph, node, attribute), so this is 20 `If`
 * or `Loop` inside each other; the protobuf library of ONNX Runtime itself stops at 100.
 */
const DEEPEST = 64;

const TENSOR_EXTERNAL_DATA = 13;
const TENSOR_DATA_LOCATION = 14;

/** The structure of `model.onnx`. Throws MALFORMED where the bytes aren't a whole ONNX model, UserError if too deep. */
export function structureOf(bytes: Uint8Array): Part {
  const model = partOf(bytes, { kind: 'model', field: 0, start: 0, from: 0, to: bytes.length }, 0);
  const has = (kind: Kind): boolean => model.children.some((child) => child.kind === kind);
  if (!has('graph') || !has('operator set')) throw MALFORMED;
  return model;
}

type Place = Pick<Part, 'kind' | 'field' | 'start' | 'from' | 'to'>;

function partOf(bytes: Uint8Array, place: Place, depth: number): Part {
  if (depth > DEEPEST) {
    throw new UserError(`model.onnx nests its graphs more deeply than the ${DEEPEST} levels that are allowed`, {
      fix: 'Export the model without nested If, Loop or Scan operators.',
    });
  }
  const part: Part = { ...place, name: '', operator: '', domain: '', external: false, children: [] };
  const [kinds, texts] = [CHILDREN[part.kind], TEXTS[part.kind] ?? {}];
  const isTensor = part.kind === 'tensor';
  scan(bytes, part.from, part.to, (field, wire, start, from, to, varint) => {
    if (isTensor && field === TENSOR_EXTERNAL_DATA) part.external = true;
    if (isTensor && field === TENSOR_DATA_LOCATION && !(wire === WIRE.varint && varint === 0)) part.external = true;
    const [text, listed] = [texts[field], kinds[field]];
    if (!text && !listed) return;
    if (wire !== WIRE.bytes) throw MALFORMED;
    if (text) part[text] = decoder.decode(bytes.subarray(from, to));
    if (!listed) return;
    const kind = Array.isArray(listed) ? listed[0] : listed;
    // Readers disagree on a field that comes twice and should not: some merge the two, some take the last.
    if (kind === listed && part.children.some((child) => child.field === field)) throw MALFORMED;
    part.children.push(partOf(bytes, { kind, field, start, from, to }, depth + 1));
  });
  return part;
}

const decoder = new TextDecoder();

/** A part and all below it, each with the name of the nearest node or tensor around it. */
export function* partsOf(part: Part, around = 'the model'): Generator<{ part: Part; where: string }> {
  const where = describe(part) ?? around;
  yield { part, where };
  for (const child of part.children) yield* partsOf(child, where);
}

function describe({ kind, name, operator }: Part): string | null {
  if (kind === 'node') return name ? `node ${name} (${operator})` : `a node ${operator}`;
  return kind === 'tensor' && name ? `tensor ${name}` : null;
}
