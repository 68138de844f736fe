import { Tensor } from 'onnxruntime-node';
import { UserError } from '#registry/error.ts';
import type { Feature, FeatureColumn, FeatureRows, FeatureType } from './features.ts';
import { fillBools, fillIntegers, fillNumbers, fillStrings } from './fill.ts';

import { matchNames } from './names.ts';
import type { Value } from './value.ts';

/** Makes ONNX Runtime's feed out of feature columns. Its buffers are used again: one feed at a time. */
export interface Feeder {
  /** `matrix` where one float tensor is fed, which takes a Float32Array too. */
  layout: 'matrix' | 'columns';
  /** Rows `start` to `start + rows`; columns are in the order of the features. */
  feed(features: FeatureRows, start: number, rows: number): Record<string, Tensor>;
}

/** Which feature types an input of a given element type takes. */
const TAKES: Record<string, FeatureType[]> = {
  float: ['float', 'double', 'int64', 'bool'],
  double: ['float', 'double', 'int64', 'bool'],
  int64: ['int64', 'bool'],
  int32: ['int64', 'bool'],
  bool: ['bool'],
  string: ['string'],
};

/**
 * Matches a graph's inputs with the artifact's own features: one tensor [N, F] of all features, or one input [N, 1] or
 * [N] a feature, by name. `batch` is the most rows of one feed. Throws UserError where they don't match.
 */
export function feederFor(inputs: Value[], features: Feature[], batch: number): Feeder {
  if (inputs.length === 0) {
    throw new UserError('model.onnx has no inputs', { fix: 'Export the model with its features as inputs.' });
  }
  for (const input of inputs) refuseFixedBatch(input);
  const [only] = inputs;
  const isColumn = only.shape.length === 1 || only.shape[1] === 1;
  return inputs.length === 1 && !(isColumn && features.length === 1)
    ? matrixFeeder(only, features, batch)
    : columnsFeeder(inputs, features, batch);
}

function refuseFixedBatch(input: Value): void {
  const [first] = input.shape;
  if (typeof first !== 'number') return;
  throw new UserError(`model.onnx fixes the number of rows of its input ${input.name} to ${first}`, {
    fix: `Export it with a free first dimension, for PyTorch: dynamic_axes={"${input.name}": {0: "batch"}}.`,
  });
}

function matrixFeeder(input: Value, features: Feature[], batch: number): Feeder {
  const { name, type, shape } = input;
  const width = features.length;
  if (type !== 'float' && type !== 'double') {
    throw new UserError(`model.onnx has the single input ${name} of type ${type}, for ${width} features`, {
      fix: 'Export it with one float tensor of all features, or with one input per feature.',
    });
  }
  if (shape.length !== 2 && shape.length !== 0) {
    throw new UserError(`model.onnx wants its input ${name} in ${shape.length} dimensions [${shape.join(', ')}]`, {
      fix: 'Export it with an input of rows × features.',
    });
  }
  if (typeof shape[1] === 'number' && shape[1] !== width) {
    const names = features.map((feature) => feature.name).join(', ');
    throw new UserError(
      `model.onnx takes ${shape[1]} features in its input ${name}, but features.sql gives ${width}: ${names}`,
      {
        fix: 'Keep features.sql as it was when the model was trained, or train again.',
      },
    );
  }
  const texts = features.filter((feature) => feature.type === 'string').map((feature) => feature.name);
  if (texts.length > 0) {
    throw new UserError(
      `model.onnx takes numbers only (input ${name}), but features.sql gives text in ${texts.join(', ')}`,
      {
        fix: 'Encode these columns as numbers in features.sql, or export the model with one input per feature.',
      },
    );
  }
  const buffer = type === 'float' ? new Float32Array(batch * width) : new Float64Array(batch * width);
  return {
    layout: type === 'float' ? 'matrix' : 'columns',
    feed(given, start, rows) {
      if (!(given instanceof Float32Array)) {
        given.forEach((column, j) => fillNumbers(buffer, j, width, column, start, rows));
        return { [name]: tensorOf(buffer, [rows, width]) };
      }
      if (type !== 'float') throw matrixInstead(name);
      return { [name]: tensorOf(given.subarray(start * width), [rows, width]) };
    },
  };
}

function matrixInstead(input: string): Error {
  return new Error(`a float matrix was given for the input ${input}, which takes columns`);
}

function columnsFeeder(inputs: Value[], features: Feature[], batch: number): Feeder {
  const places = matchNames(inputs, features);
  const fillers = inputs.map((input, at) => {
    const j = places[at];
    refuseOtherType(input, features[j]);
    const fill = columnFiller(input, batch);
    return (columns: FeatureColumn[], start: number, rows: number): [string, Tensor] => [
      input.name,
      fill(columns[j], start, rows),
    ];
  });
  return {
    layout: 'columns',
    feed(given, start, rows) {
      if (given instanceof Float32Array) throw matrixInstead(inputs[0].name);
      return Object.fromEntries(fillers.map((fill) => fill(given, start, rows)));
    },
  };
}

function refuseOtherType(input: Value, feature: Feature): void {
  const { name, type, shape } = input;
  if (shape.length > 2 || (shape.length === 2 && typeof shape[1] === 'number' && shape[1] !== 1)) {
    throw new UserError(`model.onnx wants the input ${name} in the shape [${shape.join(', ')}]`, {
      fix: 'Export it with one column per input, or with one single tensor of all features.',
    });
  }
  if (TAKES[type]?.includes(feature.type)) return;
  throw new UserError(
    `model.onnx takes ${name} as ${type}, but features.sql gives ${feature.name} as ${feature.type}`,
    {
      fix: `Cast ${feature.name} in features.sql, or export the model with another input type.`,
    },
  );
}

type ColumnFill = (column: FeatureColumn, start: number, rows: number) => Tensor;

function columnFiller(input: Value, batch: number): ColumnFill {
  const dims = (rows: number): number[] => (input.shape.length === 1 ? [rows] : [rows, 1]);
  const { name, type } = input;
  if (type === 'string')
    return (column, start, rows) => new Tensor('string', fillStrings(name, column, start, rows), dims(rows));
  if (type === 'bool') {
    const buffer = new Uint8Array(batch);
    return (column, start, rows) => {
      fillBools(name, buffer, column, start, rows);
      return new Tensor('bool', buffer.subarray(0, rows), dims(rows));
    };
  }
  if (type === 'int64' || type === 'int32') {
    const buffer = type === 'int64' ? new BigInt64Array(batch) : new Int32Array(batch);
    return (column, start, rows) => {
      fillIntegers(name, buffer, column, start, rows);
      return tensorOf(buffer, dims(rows));
    };
  }
  const buffer = type === 'float' ? new Float32Array(batch) : new Float64Array(batch);
  return (column, start, rows) => {
    fillNumbers(buffer, 0, 1, column, start, rows);
    return tensorOf(buffer, dims(rows));
  };
}

function tensorOf(buffer: Float32Array | Float64Array | BigInt64Array | Int32Array, dims: number[]): Tensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
  if (buffer instanceof Float32Array) return new Tensor('float32', buffer.subarray(0, size), dims);
  if (buffer instanceof Float64Array) return new Tensor('float64', buffer.subarray(0, size), dims);
  if (buffer instanceof Int32Array) return new Tensor('int32', buffer.subarray(0, size), dims);
  return new Tensor('int64', buffer.subarray(0, size), dims);
}
