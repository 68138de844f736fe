import { UserError } from '#registry/error.ts';
import { type FeatureColumn, isNull } from './features.ts';

/**
 * Writes rows `start` to `start + rows` of a column into a row-major matrix of `width` columns, as its column j; nulls
 * become NaN. Whole columns at a time, because each is an array of one kind and the loop stays a few instructions.
 */
export function fillNumbers(
  matrix: Float32Array | Float64Array,
  j: number,
  width: number,
  column: FeatureColumn,
  start: number,
  rows: number,
): void {
  const { items, validity } = column;
  if (items instanceof Float64Array) {
    for (let i = start, at = j; i < start + rows; i++, at += width) matrix[at] = items[i];
  } else if (items instanceof Float32Array) {
    for (let i = start, at = j; i < start + rows; i++, at += width) matrix[at] = items[i];
  } else {
    for (let i = start, at = j; i < start + rows; i++, at += width) matrix[at] = Number(items[i] ?? Number.NaN);
  }
  if (validity === null) return;
  for (let i = start, at = j; i < start + rows; i++, at += width) {
    if (((validity[i >>> 5] >>> (i & 31)) & 1) === 0) matrix[at] = Number.NaN;
  }
}

/** Writes an integer input; it has no way to say null. */
export function fillIntegers(
  name: string,
  buffer: BigInt64Array | Int32Array,
  column: FeatureColumn,
  start: number,
  rows: number,
): void {
  refuseNulls(name, 'an integer', column, start, rows);
  const { items } = column;
  if (buffer instanceof BigInt64Array) {
    for (let i = 0; i < rows; i++) buffer[i] = BigInt(items[start + i] ?? 0);
    return;
  }
  for (let i = 0; i < rows; i++) {
    const integer = Number(items[start + i]);
    if (integer !== (integer | 0)) {
      throw new UserError(`features.sql gives ${integer} in ${name}, which model.onnx takes as int32`, {
        fix: `Keep ${name} within 32 bits, or export the model with int64 inputs.`,
      });
    }
    buffer[i] = integer;
  }
}

export function fillBools(name: string, buffer: Uint8Array, column: FeatureColumn, start: number, rows: number): void {
  refuseNulls(name, 'a boolean', column, start, rows);
  for (let i = 0; i < rows; i++) buffer[i] = Number(column.items[start + i]);
}

export function fillStrings(name: string, column: FeatureColumn, start: number, rows: number): string[] {
  refuseNulls(name, 'a string', column, start, rows);
  return Array.from({ length: rows }, (_, i) => String(column.items[start + i]));
}

function refuseNulls(name: string, kind: string, column: FeatureColumn, start: number, rows: number): void {
  for (let i = start; i < start + rows; i++) {
    if (!isNull(column, i)) continue;
    throw new UserError(`features.sql gives a null in ${name}, which model.onnx takes as ${kind}`, {
      fix: `Fill it in features.sql, for example coalesce(${name}, …), as in training.`,
    });
  }
}
