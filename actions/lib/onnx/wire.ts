/** One field of a Protocol Buffers message: its number and, where it has a length, its bytes. */
interface Field {
  number: number;
  bytes: Uint8Array;
}

/** ModelProto.functions and FunctionProto.attribute_proto, from onnx.proto of ONNX 1.20. */
const FUNCTIONS = 25;
const DEFAULT_ATTRIBUTES = 11;

/**
 * Whether a local function of a model gives default values to its attributes. The schema that we read models with is
 * of ONNX 1.10 and drops these, which would change predictions silently. `bytes` must have been decoded before.
 */
export function hasDefaultAttributes(bytes: Uint8Array): boolean {
  return fields(bytes).some(
    (field) => field.number === FUNCTIONS && fields(field.bytes).some(({ number }) => number === DEFAULT_ATTRIBUTES),
  );
}

/** The top level of a message; see https://protobuf.dev/programming-guides/encoding. */
function fields(bytes: Uint8Array): Field[] {
  const found: Field[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (!(byte & 128)) return value;
    }
  };
  while (at < bytes.length) {
    const tag = varint();
    const wireType = tag & 7;
    if (wireType === 0) varint();
    const size = wireType === 2 ? varint() : wireType === 1 ? 8 : wireType === 5 ? 4 : 0;
    found.push({ number: Math.floor(tag / 8), bytes: bytes.subarray(at, at + size) });
    at += size;
  }
  return found;
}
