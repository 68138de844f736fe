/*
 * Protocol Buffers at the level of fields (https://protobuf.dev/programming-guides/encoding). A tree ensemble of 50 MB
 * has ten million numbers; decoding all of them into objects takes ten seconds and half a gigabyte, walking over them
 * takes a fraction of a second and nothing.
 */

/** How a field's value is written; 3 and 4 (groups) do not occur in ONNX. */
export const WIRE = { varint: 0, eightBytes: 1, bytes: 2, fourBytes: 5 } as const;

/**
 * Takes one field: its number, how its value is written, where the field starts, and where its value lies; for a varint
 * also the number.
 */
export type Visit = (field: number, wire: number, start: number, from: number, to: number, varint: number) => void;

/** That bytes are no message, or end too early. */
export const MALFORMED = new Error('not a Protocol Buffers message');

/** Visits the fields of the message between `from` and `to`. Throws MALFORMED. */
export function scan(bytes: Uint8Array, from: number, to: number, visit: Visit): void {
  let at = from;
  const varint = (): number => {
    let value = 0;
    for (let factor = 1; factor <= 2 ** 63; factor *= 128) {
      if (at >= to) throw MALFORMED;
      const byte = bytes[at++];
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
    throw MALFORMED; // longer than ten bytes
  };
  while (at < to) {
    const start = at;
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wire = tag % 8;
    if (field === 0 || field >= 2 ** 29) throw MALFORMED;
    let value = at;
    let number = 0;
    if (wire === WIRE.varint) number = varint();
    else if (wire === WIRE.eightBytes) at += 8;
    else if (wire === WIRE.fourBytes) at += 4;
    else if (wire === WIRE.bytes) {
      const size = varint();
      value = at;
      at += size;
    } else throw MALFORMED;
    if (at > to) throw MALFORMED;
    visit(field, wire, start, value, at, number);
  }
}

/** One message, read by a decoder of its type. Throws MALFORMED. */
export function decodeAt<T>(
  type: { decode(bytes: Uint8Array): T },
  bytes: Uint8Array,
  { from, to }: { from: number; to: number },
): T {
  try {
    return type.decode(bytes.subarray(from, to));
  } catch {
    throw MALFORMED;
  }
}

/** A field that holds bytes: a text or a message. */
export function writeField(field: number, payload: Uint8Array): Uint8Array {
  return concatenate([Uint8Array.from([...varintOf(field * 8 + 2), ...varintOf(payload.length)]), payload]);
}

export function concatenate(parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function varintOf(value: number): number[] {
  return value < 128 ? [value] : [(value % 128) + 128, ...varintOf(Math.floor(value / 128))];
}
