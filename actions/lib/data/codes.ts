import type { Chunk } from './duckdb.ts';
import { isValid, textColumn, uint64Column } from './vector.ts';

/** How a null value of a slice or cluster is written. */
export const NULL_VALUE = '(null)';

/**
 * Gives each distinct value of a column a number, 0, 1, … in order of first appearance, and keeps the values' texts in
 * that order. The query (`codeExpressions`) gives a value's 64-bit hash and its text, so that a text is decoded once a
 * value, not once a row; two values that share a hash (chance n²/2⁶⁵ among n values) would be taken for one.
 */
export interface Codes {
  values: string[];
  /** Writes the codes of the chunk's rows into `out` from `at` on; `column` holds the hash, the next one the text. */
  read(chunk: Chunk, column: number, out: Int32Array | Uint16Array, at: number): void;
}

/** The two SQL expressions that `Codes.read` expects side by side. */
export function codeExpressions(expression: string): [string, string] {
  return [`CASE WHEN (${expression}) IS NULL THEN NULL ELSE hash(${expression}) END`, `CAST(${expression} AS VARCHAR)`];
}

export function createCodes(): Codes {
  const values: string[] = [];
  // Open addressing over the two halves of each hash; a slot holds a code, or −1.
  let slots = new Int32Array(2048).fill(-1);
  let low = new Uint32Array(1024);
  let high = new Uint32Array(1024);
  let nullCode = -1;

  function find(l: number, h: number): number {
    const mask = slots.length - 1;
    let slot = (l ^ Math.imul(h, 0x9e3779b1)) & mask;
    while (slots[slot] >= 0 && (low[slots[slot]] !== l || high[slots[slot]] !== h)) slot = (slot + 1) & mask;
    return slot;
  }

  function add(l: number, h: number, value: string): number {
    const code = values.push(value) - 1;
    if (code === low.length) {
      low = doubled(low);
      high = doubled(high);
    }
    low[code] = l;
    high[code] = h;
    return code;
  }

  function enlarge(): void {
    slots = new Int32Array(slots.length * 2).fill(-1);
    for (let code = 0; code < values.length; code++) if (code !== nullCode) slots[find(low[code], high[code])] = code;
  }

  function read(chunk: Chunk, column: number, out: Int32Array | Uint16Array, at: number): void {
    const { items, validity } = uint64Column(chunk, column);
    const halves = new Uint32Array(items.buffer, items.byteOffset, items.length * 2);
    const text = textColumn(chunk, column + 1);
    for (let row = 0; row < chunk.rowCount; row++) {
      if (!isValid(validity, row)) {
        if (nullCode < 0) nullCode = add(0, 0, NULL_VALUE);
        out[at + row] = nullCode;
        continue;
      }
      const slot = find(halves[2 * row], halves[2 * row + 1]);
      let code = slots[slot];
      if (code < 0) {
        code = add(halves[2 * row], halves[2 * row + 1], text(row) ?? NULL_VALUE);
        slots[slot] = code;
        if (values.length * 2 > slots.length) enlarge();
      }
      out[at + row] = code;
    }
  }

  return { values, read };
}

function doubled(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}
