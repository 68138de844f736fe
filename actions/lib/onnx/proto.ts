import { UserError } from '#registry/error.ts';
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';

const { DataLocation, DataType } = proto.onnx.TensorProto;

/** Names of the ONNX element types, by their number in TensorProto.DataType; spelled as in ONNX's type strings. */
const ELEMENT_TYPES = [
  'undefined',
  'float',
  'uint8',
  'int8',
  'uint16',
  'int16',
  'int32',
  'int64',
  'string',
  'bool',
  'float16',
  'double',
  'uint32',
  'uint64',
  'complex64',
  'complex128',
  'bfloat16',
];

/** Protocol Buffers can't hold more in one message, so an ONNX file above this keeps its weights elsewhere. */
const LARGEST_MODEL = 2 ** 31 - 1;

/**
 * How many graphs, attributes and types may be nested. A graph inside a node takes four levels (graph, node, attribute,
 * graph), so this is 15 `If` or `Loop` inside each other; the protobuf library of ONNX Runtime itself stops at 100.
 */
const DEEPEST = 64;

/** Reads `model.onnx`. Throws UserError where the bytes aren't an ONNX model or are nested too deeply. */
export function decodeModel(bytes: Uint8Array): onnx.ModelProto {
  if (bytes.byteLength > LARGEST_MODEL) {
    throw new UserError(`model.onnx has ${bytes.byteLength} bytes; a model file can have at most ${LARGEST_MODEL}`, {
      fix: 'Export a smaller model: fewer trees, or float instead of double weights.',
    });
  }
  let model: onnx.ModelProto;
  try {
    model = proto.onnx.ModelProto.decode(bytes);
  } catch (cause) {
    throw unreadable(bytes, cause);
  }
  if (!model.graph || model.opsetImport.length === 0) throw unreadable(bytes, undefined);
  return model;
}

/** Writes a model back. Only what `decodeModel` understood is written: ONNX Runtime never sees an unexamined byte. */
export function encodeModel(model: onnx.ModelProto): Uint8Array {
  return proto.onnx.ModelProto.encode(model).finish();
}

function unreadable(bytes: Uint8Array, cause: unknown): UserError {
  // An overrun of JavaScript's stack is a RangeError, as is a read behind the end; only the text tells them apart.
  if (cause instanceof RangeError && cause.message.includes('call stack')) return tooDeep(cause);
  const what =
    bytes.byteLength === 0 ? 'is empty' : `is not an ONNX model, or its end is missing (${bytes.byteLength} bytes)`;
  return new UserError(`model.onnx ${what}`, {
    fix: 'Export the model again, and check that the copy is complete.',
    cause,
  });
}

function tooDeep(cause?: unknown): UserError {
  return new UserError(`model.onnx nests graphs more deeply than the ${DEEPEST} levels that are allowed`, {
    fix: 'Export the model without nested If, Loop or Scan operators.',
    cause,
  });
}

/** One message of a model and the name of the nearest node or tensor around it. */
export interface Found {
  message: object;
  where: string;
}

/**
 * Every message of a decoded model, whatever field it hangs on: subgraphs, local functions, constants, sparse tensors.
 * Throws UserError where nesting is too deep.
 */
export function* messages(root: object, where = 'the model', depth = 0): Generator<Found> {
  if (depth > DEEPEST) throw tooDeep();
  const here = placeOf(root) ?? where;
  yield { message: root, where: here };
  for (const value of Object.values(root)) {
    for (const part of Array.isArray(value) ? value : [value]) {
      if (!isMessage(part)) break; // lists are of one kind: numbers, bytes or messages
      yield* messages(part, here, depth + 1);
    }
  }
}

function isMessage(value: unknown): value is object {
  // Long (64-bit integers) and byte arrays are objects too.
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !('low' in value);
}

function placeOf(message: object): string | null {
  if (message instanceof proto.onnx.NodeProto) {
    return message.name ? `node ${message.name} (${message.opType})` : `a node ${message.opType}`;
  }
  if (message instanceof proto.onnx.TensorProto && message.name) return `tensor ${message.name}`;
  return null;
}

export function isNode(message: object): message is onnx.NodeProto {
  return message instanceof proto.onnx.NodeProto;
}

export function isTensor(message: object): message is onnx.TensorProto {
  return message instanceof proto.onnx.TensorProto;
}

/** Whether any sign says that a tensor's data is elsewhere: in a file, or (in ONNX Runtime's own notation) in memory. */
export function isExternal(tensor: onnx.TensorProto): boolean {
  return tensor.dataLocation !== DataLocation.DEFAULT || tensor.externalData.length > 0;
}

/** A value of a graph: `float[batch, 20]` is type `float`, shape `['batch', 20]`; a `?` is a dimension without a name. */
export interface Value {
  name: string;
  type: string;
  shape: (number | string)[];
}

export function valueOf(info: onnx.IValueInfoProto): Value {
  const tensor = info.type?.tensorType;
  const name = info.name ?? '';
  if (!tensor) return { name, type: typeName(info.type), shape: [] };
  const shape = (tensor.shape?.dim ?? []).map((dim) => {
    if (dim.dimParam) return dim.dimParam;
    // Old exporters write 0 or −1 for "any number".
    const size = Number(dim.dimValue ?? 0);
    return size > 0 ? size : '?';
  });
  return { name, type: typeName(info.type), shape };
}

function typeName(type: onnx.ITypeProto | null | undefined): string {
  if (type?.tensorType) return ELEMENT_TYPES[type.tensorType.elemType ?? 0] ?? `type ${type.tensorType.elemType}`;
  if (type?.sequenceType) return `sequence<${typeName(type.sequenceType.elemType)}>`;
  if (type?.mapType) return `map<${ELEMENT_TYPES[type.mapType.keyType ?? 0]}, ${typeName(type.mapType.valueType)}>`;
  if (type?.optionalType) return `optional<${typeName(type.optionalType.elemType)}>`;
  if (type?.sparseTensorType) return 'sparse tensor';
  return 'unknown';
}

/** Class labels that an attribute list carries, as text; null where it has none. */
export function labelsOf(node: onnx.INodeProto): string[] | null {
  for (const attribute of node.attribute ?? []) {
    if (!/^classlabels_(ints|int64s|strings)$/.test(attribute.name ?? '')) continue;
    const strings = (attribute.strings ?? []).map((bytes) => new TextDecoder().decode(bytes));
    const labels = strings.length > 0 ? strings : (attribute.ints ?? []).map(String);
    if (labels.length > 0) return labels;
  }
  return null;
}

/** An Identity node from one value to another. */
export function identity(input: string, output: string): onnx.NodeProto {
  return proto.onnx.NodeProto.create({ opType: 'Identity', input: [input], output: [output] });
}

/** The type of a tensor [N, classes] with the numbers that a sequence of maps from class to number holds. */
export function probabilitiesType(
  sequence: onnx.ITypeProto | null | undefined,
  classes: number | null,
): onnx.ITypeProto {
  const elemType = sequence?.sequenceType?.elemType?.mapType?.valueType?.tensorType?.elemType ?? DataType.FLOAT;
  const dim = [{ dimParam: 'N' }, classes === null ? { dimParam: 'classes' } : { dimValue: classes }];
  return { tensorType: { elemType, shape: { dim } } };
}
