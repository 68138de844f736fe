import { z } from 'zod';

/** The typed arrays that travel between processes. */
const KINDS = { Uint8Array, Uint16Array, Int32Array, Uint32Array, Float64Array };
type Kind = keyof typeof KINDS;
export type NumberArray = Uint8Array | Uint16Array | Int32Array | Uint32Array | Float64Array;

/** What makes a view over memory, of one process alone or shared by its threads. */
interface View {
  readonly BYTES_PER_ELEMENT: number;
  new (memory: ArrayBufferLike, at: number, length: number): NumberArray;
}

const ALIGNMENT = 8;

/** What a body holds: its arrays one after the other, each starting at a multiple of eight bytes. */
export const Layout = z.array(
  z.object({
    kind: z.enum(['Uint8Array', 'Uint16Array', 'Int32Array', 'Uint32Array', 'Float64Array']),
    length: z.int().nonnegative(),
  }),
);
export type Layout = z.infer<typeof Layout>;

/** Lays arrays out as the body of a frame. */
export function pack(arrays: readonly NumberArray[]): { layout: Layout; body: Uint8Array } {
  const layout = arrays.map((array) => ({ kind: kindOf(array), length: array.length }));
  const body = new Uint8Array(arrays.reduce((size, array) => size + padded(array.byteLength), 0));
  let at = 0;
  for (const array of arrays) {
    body.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at);
    at += padded(array.byteLength);
  }
  return { layout, body };
}

/**
 * The arrays of a body again, as views over it.
 * @throws Error where the body is not as long as the layout says: the other side may be hostile.
 */
export function unpack(layout: Layout, body: Uint8Array): NumberArray[] {
  let at = 0;
  const arrays = layout.map(({ kind, length }) => {
    const Numbers: View = KINDS[kind];
    const bytes = length * Numbers.BYTES_PER_ELEMENT;
    if (at + bytes > body.byteLength) throw new Error('a frame holds less than its layout says');
    const array = new Numbers(body.buffer, body.byteOffset + at, length);
    at += padded(bytes);
    return array;
  });
  if (at !== body.byteLength) throw new Error('a frame holds more than its layout says');
  return arrays;
}

function kindOf(array: NumberArray): Kind {
  if (array instanceof Float64Array) return 'Float64Array';
  if (array instanceof Int32Array) return 'Int32Array';
  if (array instanceof Uint32Array) return 'Uint32Array';
  return array instanceof Uint16Array ? 'Uint16Array' : 'Uint8Array';
}

function padded(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
