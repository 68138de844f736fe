import type { onnx } from 'onnx-proto';

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

/** An input or output of a graph: `float[batch, 20]` is the type `float` and the shape `['batch', 20]`. */
export interface Value {
  name: string;
  type: string;
  /** A `?` is a dimension without a name. */
  shape: (number | string)[];
}

export function valueOf({ name, type }: onnx.IValueInfoProto): Value {
  const shape = (type?.tensorType?.shape?.dim ?? []).map((dim) => {
    if (dim.dimParam) return dim.dimParam;
    // Old exporters write 0 or −1 for "any number".
    const size = Number(dim.dimValue ?? 0);
    return size > 0 ? size : '?';
  });
  return { name: name ?? '', type: typeName(type), shape };
}

function typeName(type: onnx.ITypeProto | null | undefined): string {
  if (type?.tensorType) return elementName(type.tensorType.elemType);
  if (type?.sequenceType) return `sequence<${typeName(type.sequenceType.elemType)}>`;
  if (type?.mapType) return `map<${elementName(type.mapType.keyType)}, ${typeName(type.mapType.valueType)}>`;
  if (type?.optionalType) return `optional<${typeName(type.optionalType.elemType)}>`;
  return type?.sparseTensorType ? 'sparse tensor' : 'unknown';
}

function elementName(type: number | null | undefined): string {
  return ELEMENT_TYPES[type ?? 0] ?? `type ${type}`;
}
