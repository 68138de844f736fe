type Kind = Uint8Array | Uint16Array | Int32Array | Float64Array;

export interface Growing<T extends Kind> {
  /** The array, with room for `more` values after those that were asked for before. */
  room(more: number): T;
  /** The first `length` values, in an array of just that size. */
  finish(length: number): T;
}

/** A typed array that doubles as it fills, for rows whose number is not known before they are read. */
export function growing<T extends Kind>(kind: new (length: number) => T): Growing<T> {
  let array = new kind(16_384);
  let used = 0;
  return {
    room(more) {
      used += more;
      if (used > array.length) {
        const larger = new kind(Math.max(used, array.length * 2));
        larger.set(array);
        array = larger;
      }
      return array;
    },
    finish(length) {
      const exact = new kind(length);
      exact.set(array.subarray(0, length));
      return exact;
    },
  };
}
