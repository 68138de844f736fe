import { UserError } from '#registry/error.ts';
import type { FeatureColumn } from './features.ts';

/**
 * Writes one column into a row-major matrix of `width` columns, as its column j; nulls become NaN. Whole columns at a
 * time, because each is an array of one kind and the loop stays a few machine instructions.
 */
export function fillNumbers(
  matrix: Float32Array | Float64Array,
  j: number,
  width: number,
  column: FeatureColumn,
  start: number,
  rows: number,
): void {
  const { values, valid } = column;
  for (let i = 0, at = j; i < rows; i++, at += width) matrix[at] = Number(values[start + i]);
  if (valid === null) return;
  for (let i = 0, at = j; i < rows; i++, at += width) if (valid[start + i] === 0) matrix[at] = Number.NaN;
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
  const { values } = column;
  if (buffer instanceof BigInt64Array) {
    for (let i = 0; i < rows; i++) buffer[i] = BigInt(values[start + i] ?? 0);
  } else {
    for (let i = 0; i < rows; i++) buffer[i] = Number(values[start + i]);
  }
}

export function fillBools(name: string, buffer: Uint8Array, column: FeatureColumn, start: number, rows: number): void {
  refuseNulls(name, 'a boolean', column, start, rows);
  for (let i = 0; i < rows; i++) buffer[i] = Number(column.values[start + i]);
}

export function fillStrings(name: string, column: FeatureColumn, start: number, rows: number): string[] {
  refuseNulls(name, 'a string', column, start, rows);
  return Array.from({ length: rows }, (_, i) => String(column.values[start + i]));
}

function refuseNulls(name: string, kind: string, column: FeatureColumn, start: number, rows: number): void {
  const { values, valid } = column;
  for (let i = start; i < start + rows; i++) {
    if (valid?.[i] !== 0 && values[i] !== null && values[i] !== undefined) continue;
    throw new UserError(
      `features.sql gives a null in ${name} (row ${i + 1} of its batch), which model.onnx takes as ${kind}`,
      {
        fix: `Fill it in features.sql, for example coalesce(${name}, …).`,
      },
    );
  }
}
