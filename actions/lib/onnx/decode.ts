import type { Artifact } from '#registry/artifact.ts';
import { UserError } from '#registry/error.ts';

/** How far from 1 a row's probabilities may add up; scikit-learn warns at a third of this in single precision. */
const SUM_ROUNDING = 1e-3;

/** How far outside [0, 1] rounding may carry a probability that was computed in single precision. */
const ROUNDING = 1e-6;

export interface Decoding {
  task: Artifact['task'];
  activation: Artifact['activation'];
  /** Number of classes; 1 for regression. */
  classes: number;
  /** Name of the output, for messages. */
  output: string;
}

/** Numbers of one row of predictions: K for K classes of a multiclass model, else 1. */
export function predictionWidth(decoding: Decoding): number {
  return decoding.task === 'multiclass_classification' ? decoding.classes : 1;
}

/**
 * Turns one batch of the output tensor into predictions, written to `into` from row `start`: the probability of the
 * positive (last) class, all K probabilities, or the regression's value. NaN and infinity are left for the caller to
 * count; a finite probability outside [0, 1] throws UserError.
 */
export function decode(
  data: Float32Array | Float64Array,
  dims: readonly number[],
  rows: number,
  decoding: Decoding,
  into: Float64Array,
  start: number,
): void {
  const width = columnsOf(data, dims, rows, decoding);
  const K = predictionWidth(decoding);
  const score = rowScore(width, decoding);
  for (let i = 0; i < rows; i++) score(data, i * width, into, (start + i) * K);
  if (decoding.task !== 'regression') refuseOtherThanProbabilities(into, start * K, (start + rows) * K, decoding);
  if (decoding.task === 'multiclass_classification') refuseOtherSums(into, start, rows, decoding);
}

function columnsOf(data: ArrayLike<number>, dims: readonly number[], rows: number, decoding: Decoding): number {
  const width = data.length / rows;
  const allowed = { regression: [1], binary_classification: [1, 2], multiclass_classification: [decoding.classes] };
  if (dims[0] === rows && dims.length <= 2 && allowed[decoding.task].includes(width)) return width;
  const wanted = allowed[decoding.task].map((k) => `[${rows}, ${k}]`).join(' or ');
  throw new UserError(
    `model.onnx gave its output ${decoding.output} the shape [${dims.join(', ')}] for ${rows} rows; ${wanted} is needed`,
    { fix: 'Check the task and the classes in artifact.json, or name another `output` there.' },
  );
}

type RowScore = (data: ArrayLike<number>, from: number, into: Float64Array, to: number) => void;

/** How one row is read: `from` its first number in the output, `to` its first place among the predictions. */
function rowScore(width: number, { task, activation, output }: Decoding): RowScore {
  const last = width - 1;
  if (task === 'regression' && activation !== 'none') throw wrongActivation(output, activation, 'a regression', 'none');
  if (activation === 'softmax') {
    if (width === 1) throw wrongActivation(output, activation, 'a single number a row', 'sigmoid');
    if (task === 'binary_classification') {
      return (data, from, into, to) => {
        into[to] = sigmoid(data[from + 1] - data[from]);
      };
    }
    return (data, from, into, to) => softmax(data, from, width, into, to);
  }
  if (task === 'multiclass_classification') {
    if (activation === 'sigmoid') throw wrongActivation(output, activation, 'several classes', 'softmax');
    return (data, from, into, to) => {
      for (let k = 0; k < width; k++) into[to + k] = data[from + k];
    };
  }
  if (activation === 'sigmoid') {
    return (data, from, into, to) => {
      into[to] = sigmoid(data[from + last]);
    };
  }
  return (data, from, into, to) => {
    into[to] = data[from + last];
  };
}

function wrongActivation(output: string, activation: string, of: string, better: string): UserError {
  return new UserError(`artifact.json sets the activation ${activation} for ${of} (output ${output})`, {
    fix: `Set activation: ${better} in artifact.json.`,
  });
}

/** 1 / (1 + e^−x), without overflow. */
function sigmoid(x: number): number {
  if (x >= 0) return 1 / (1 + Math.exp(-x));
  const e = Math.exp(x);
  return e / (1 + e);
}

function softmax(data: ArrayLike<number>, from: number, width: number, into: Float64Array, to: number): void {
  let top = -Infinity;
  for (let k = 0; k < width; k++) top = Math.max(top, data[from + k]);
  let sum = 0;
  for (let k = 0; k < width; k++) sum += into[to + k] = Math.exp(data[from + k] - top);
  for (let k = 0; k < width; k++) into[to + k] /= sum;
}

function refuseOtherThanProbabilities(values: Float64Array, from: number, to: number, decoding: Decoding): void {
  for (let i = from; i < to; i++) {
    const value = values[i];
    if ((value >= 0 && value <= 1) || !Number.isFinite(value)) continue;
    if (value >= -ROUNDING && value <= 1 + ROUNDING) {
      values[i] = value < 0 ? 0 : 1;
      continue;
    }
    const fix = decoding.task === 'multiclass_classification' ? 'softmax' : 'sigmoid (or softmax, for two columns)';
    throw new UserError(`model.onnx gave ${value} in its output ${decoding.output}, which is no probability`, {
      fix: `If these are scores, set activation: ${fix} in artifact.json; else export the model with probabilities.`,
    });
  }
}

function refuseOtherSums(values: Float64Array, start: number, rows: number, { classes, output }: Decoding): void {
  for (let i = start; i < start + rows; i++) {
    let sum = 0;
    for (let k = 0; k < classes; k++) sum += values[i * classes + k];
    if (Math.abs(sum - 1) <= SUM_ROUNDING || !Number.isFinite(sum)) continue;
    throw new UserError(`model.onnx gave probabilities in its output ${output} that add up to ${sum} in one row`, {
      fix: 'If these are scores, set activation: softmax in artifact.json; else export the model with probabilities.',
    });
  }
}
