import { UserError } from '#registry/error.ts';
import type { SliceColumn } from '#registry/model.ts';
import { sliceExpression } from './bands.ts';
import { codeExpressions, createCodes, NULL_VALUE } from './codes.ts';
import type { Dataset } from './dataset.ts';
import { type Chunk, type Connection, identifier } from './duckdb.ts';
import { scalarExpression } from './expression.ts';
import { growing } from './growing.ts';
import { allowedLabels, type LabelRule, labelExpression } from './label.ts';
import { readChunks } from './read.ts';
import { float64Column, isValid, textColumn } from './vector.ts';

export interface UnitsRequest {
  label: LabelRule;
  weight?: string | undefined;
  /** SQL over the raw columns, `data.cluster`. */
  cluster?: string | undefined;
  slices: readonly SliceColumn[];
}

export interface SliceCodes {
  column: string;
  /** Row i has the value `values[codes[i]]`. */
  codes: Uint16Array;
  /** The slices in order of first appearance; null is `(null)`. */
  values: string[];
}

/** What the statistics need to know of each row; entry i is row number i of the reading order. */
export interface Units {
  rows: number;
  label: Uint8Array | Int32Array | Float64Array;
  weight: Float64Array | null;
  /** Independent units numbered 0 to count − 1 in order of first appearance. */
  cluster: { codes: Int32Array; count: number } | null;
  slices: SliceCodes[];
}

const MOST_SLICES = 1000;

const LABELS = {
  binary_classification: Uint8Array,
  multiclass_classification: Int32Array,
  regression: Float64Array,
};

/**
 * Reads label, weight, cluster and slices of every row, in one pass (and one more for each column in quantile bands).
 * A missing or impossible label, a weight that is not a positive number, or a row without cluster is the user's error,
 * which names the first such row.
 */
export async function readUnits(connection: Connection, dataset: Dataset, request: UnitsRequest): Promise<Units> {
  const slices = [];
  for (const slice of request.slices) slices.push(await sliceExpression(connection, dataset, slice));
  const cluster =
    request.cluster === undefined ? null : await scalarExpression(connection, dataset, request.cluster, 'data.cluster');
  const weight = request.weight === undefined ? null : `CAST(${identifier(request.weight)} AS DOUBLE)`;
  const expressions = [
    labelExpression(request.label),
    `CAST(${identifier(request.label.column)} AS VARCHAR)`,
    ...(weight === null ? [] : [weight]),
    ...(cluster === null ? [] : codeExpressions(cluster)),
    ...slices.flatMap(({ expression }) => codeExpressions(expression)),
  ];
  const labels = growing<Units['label']>(LABELS[request.label.task]);
  const weights = growing(Float64Array);
  const clusters = growing(Int32Array);
  const clusterCodes = createCodes();
  const sliced = slices.map(({ column }) => ({ column, codes: createCodes(), rows: growing(Uint16Array) }));
  let rows = 0;
  for await (const chunk of readChunks(connection, dataset, expressions)) {
    let column = 2;
    copyLabels(chunk, labels.room(chunk.rowCount), rows, request.label);
    if (weight !== null) copyWeights(chunk, column++, weights.room(chunk.rowCount), rows, request.weight ?? '');
    if (cluster !== null) {
      clusterCodes.read(chunk, column, clusters.room(chunk.rowCount), rows);
      column += 2;
    }
    for (const slice of sliced) {
      slice.codes.read(chunk, column, slice.rows.room(chunk.rowCount), rows);
      column += 2;
      if (slice.codes.values.length > MOST_SLICES) throw tooManySlices(slice.column);
    }
    rows += chunk.rowCount;
  }
  if (clusterCodes.values.includes(NULL_VALUE)) {
    throw new UserError(`data.cluster (${request.cluster}) is null in some rows of ${dataset.uri}`, {
      fix: 'Every row must belong to an independent unit; fill the column, or use coalesce().',
    });
  }
  return {
    rows,
    label: labels.finish(rows),
    weight: weight === null ? null : weights.finish(rows),
    cluster: cluster === null ? null : { codes: clusters.finish(rows), count: clusterCodes.values.length },
    slices: sliced.map(({ column, codes, rows: coded }) => ({
      column,
      codes: coded.finish(rows),
      values: codes.values,
    })),
  };
}

function copyLabels(chunk: Chunk, out: Units['label'], at: number, rule: LabelRule): void {
  const { items, validity } = float64Column(chunk, 0);
  out.set(items, at);
  if (validity === null) return;
  for (let row = 0; row < chunk.rowCount; row++) {
    if (isValid(validity, row)) continue;
    const text = textColumn(chunk, 1)(row);
    throw new UserError(
      `row ${at + row + 1}: the label ${rule.column} is ${text === null ? 'missing' : JSON.stringify(text.slice(0, 100))}, but it must be ${allowedLabels(rule)}`,
      { fix: 'Mend or remove the row.' },
    );
  }
}

function copyWeights(chunk: Chunk, column: number, out: Float64Array, at: number, name: string): void {
  const { items, validity } = float64Column(chunk, column);
  for (let row = 0; row < chunk.rowCount; row++) {
    const value = items[row];
    if (!isValid(validity, row) || !(value > 0 && value < Number.POSITIVE_INFINITY)) {
      throw new UserError(
        `row ${at + row + 1}: the weight ${name} is ${isValid(validity, row) ? value : 'missing'}, but it must be a positive number`,
        { fix: 'Mend the weight, or remove the row.' },
      );
    }
  }
  out.set(items, at);
}

function tooManySlices(column: string): UserError {
  return new UserError(`the slice column ${column} has more than ${MOST_SLICES} values`, {
    fix: `Cut it into bands, for example { column: ${column}, quantiles: 5 }, or slice by a coarser column.`,
  });
}
