import { describe, expect, it } from 'vitest';
import type { FeatureColumn } from '#lib/onnx/features.ts';
import { openPredictor } from '#lib/onnx/predictor.ts';
import type { Artifact } from '#registry/artifact.ts';
import { UserError } from '#registry/error.ts';
import { type Element, modelBytes, node, value } from '../../fixtures/onnx/build.ts';
import { notFinite } from '../../fixtures/onnx/hostile.ts';
import { logistic } from '../../fixtures/onnx/linear.ts';

type Fields = Pick<Artifact, 'task' | 'classes' | 'output' | 'activation'>;
const binary: Fields = { task: 'binary_classification', classes: null, output: null, activation: 'none' };
const multiclass: Fields = { ...binary, task: 'multiclass_classification', classes: ['a', 'b', 'c'] };
const regression: Fields = { ...binary, task: 'regression' };

/** A model that gives its inputs back, so that a test chooses what comes out; `rank` 1 gives [N]. */
function echo(
  width: number,
  { outputs = { output: 'float' }, rank = 2 }: { outputs?: Record<string, Element>; rank?: number } = {},
) {
  return modelBytes({
    nodes: Object.entries(outputs).map(([name, element]) => {
      const to = { float: 1, double: 11, int64: 7, int32: 6, string: 8, bool: 9 }[element];
      return rank === 1 ? node('Squeeze', ['X'], [name]) : node('Cast', ['X'], [name], { to });
    }),
    inputs: [value('X', 'double', ['N', width])],
    outputs: Object.entries(outputs).map(([name, element]) => value(name, element, rank === 1 ? ['N'] : ['N', width])),
  });
}

const columnsOf = (rows: number[][]): FeatureColumn[] =>
  rows[0].map((_, j) => ({ items: Float64Array.from(rows, (row) => row[j]), validity: null }));

async function predict(model: Uint8Array, artifact: Fields, rows: number[][]): Promise<number[]> {
  const features = rows[0].map((_, j) => ({ name: rows[0].length === 1 ? 'X' : `f${j}`, type: 'double' }) as const);
  const predictor = await openPredictor({ model, artifact, features });
  return [...(await predictor.predict(columnsOf(rows), rows.length))];
}

async function refusal(model: Uint8Array, artifact: Fields, rows: number[][]): Promise<UserError> {
  const error = await predict(model, artifact, rows).catch((caught: unknown) => caught);
  if (error instanceof UserError) return error;
  throw error;
}

describe('what is read', () => {
  const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
  const doubles = { outputs: { output: 'double' } } as const;

  it('takes [N, 1], and the last of [N, 2], as the probability of the positive class', async () => {
    expect(await predict(echo(1, doubles), binary, [[0.1], [0.7]])).toEqual([0.1, 0.7]);
    expect(
      await predict(echo(2, doubles), binary, [
        [0.9, 0.1],
        [0.25, 0.75],
      ]),
    ).toEqual([0.1, 0.75]);
  });

  it('squashes one score, or two, without overflow', async () => {
    const scores = [[0], [2], [-800], [800]];
    expect(await predict(echo(1, doubles), { ...binary, activation: 'sigmoid' }, scores)).toEqual([
      0.5,
      sigmoid(2),
      0,
      1,
    ]);
    const pairs = [
      [1, 1],
      [-3, 0.5],
      [0, -900],
    ];
    expect(await predict(echo(2, doubles), { ...binary, activation: 'softmax' }, pairs)).toEqual([
      0.5,
      sigmoid(3.5),
      0,
    ]);
  });

  it('takes all columns of a multiclass model, squashed on request', async () => {
    expect(
      await predict(echo(3, doubles), multiclass, [
        [0.5, 0.25, 0.25],
        [0, 1, 0],
      ]),
    ).toEqual([0.5, 0.25, 0.25, 0, 1, 0]);
    const equal = await predict(echo(3, doubles), { ...multiclass, activation: 'softmax' }, [
      [7, 7, 7],
      [900, 0, -900],
    ]);
    expect(equal).toEqual([1 / 3, 1 / 3, 1 / 3, 1, 0, 0]);
  });

  it('leaves NaN and infinity for the caller to count', async () => {
    expect(
      await predict(notFinite(2), regression, [
        [0, 1],
        [-3, 1],
        [0, 0],
      ]),
    ).toEqual([0, Number.NaN, -Infinity]);
    expect(
      await predict(notFinite(2), binary, [
        [0, 1],
        [-3, 1],
        [0, 0],
      ]),
    ).toEqual([0, Number.NaN, -Infinity]);
  });

  it('takes a rounding error beyond 0 and 1 off', async () => {
    expect(await predict(echo(1, doubles), binary, [[-5e-7], [1 + 5e-7]])).toEqual([0, 1]);
  });
});

describe('which output', () => {
  it('takes the one called probabilities among several, or the one that artifact.json names', async () => {
    const several = echo(1, { outputs: { embedding: 'float', probabilities: 'float', other: 'double' } });
    expect(await predict(several, binary, [[0.5]])).toEqual([0.5]);
    expect(await predict(several, { ...binary, output: 'other' }, [[0.3]])).toEqual([0.3]);
  });

  it('lists the outputs where it is not plain', async () => {
    const several = echo(1, { outputs: { one: 'float', two: 'float', label: 'int64' } });
    const { message, fix } = await refusal(several, binary, [[0.5]]);
    expect(message).toBe(
      'It is not plain which output of model.onnx holds the predictions: one: float[N, 1]; two: float[N, 1]; label: int64[N, 1]',
    );
    expect(fix).toContain('`output` in artifact.json');
  });

  it.each([
    ['scores', 'artifact.json names the output scores, which model.onnx does not have'],
    ['label', 'artifact.json names the output label, which is int64; predictions must be float or double'],
  ])('refuses the name %s', async (output, message) => {
    const model = echo(1, { outputs: { probability: 'float', label: 'int64' } });
    const error = await refusal(model, { ...binary, output }, [[0.5]]);
    expect(error.message).toBe(message);
    expect(error.fix).toContain('probability: float[N, 1]');
  });

  it('refuses a model that gives labels alone', async () => {
    expect((await refusal(echo(1, { outputs: { label: 'int64' } }), binary, [[1]])).fix).toContain('probabilities');
  });
});

describe('what does not fit', () => {
  it.each([
    [binary, [[1.2]], 'is no probability'],
    [binary, [[-0.1]], 'is no probability'],
    [binary, [[0.2, 0.3, 0.5]], '[1, 1] or [1, 2] is needed'],
    [multiclass, [[0.2, 0.8]], '[1, 3] is needed'],
    [multiclass, [[0.9, 0.8, 0.7]], 'add up to'],
    [multiclass, [[3, -1, 0]], 'is no probability'],
    [regression, [[1, 2]], '[1, 1] is needed'],
    [{ ...binary, activation: 'softmax' }, [[1]], 'activation softmax for a single number a row'],
    [{ ...multiclass, activation: 'sigmoid' }, [[1, 2, 3]], 'activation sigmoid for several classes'],
    [{ ...regression, activation: 'sigmoid' }, [[1]], 'activation sigmoid for a regression'],
  ] satisfies [Fields, number[][], string][])('%o with %j', async (artifact, rows, message) => {
    expect((await refusal(echo(rows[0].length), artifact, rows)).message).toContain(message);
  });

  it('suggests an activation where scores come out', async () => {
    expect((await refusal(echo(1), binary, [[4]])).fix).toContain('activation: sigmoid');
    expect((await refusal(echo(3), multiclass, [[4, 1, 1]])).fix).toContain('activation: softmax');
  });

  it('says why ONNX Runtime refuses, without its source lines', async () => {
    const model = modelBytes({
      nodes: [node('Reshape', ['X', 'X'], ['output'])],
      inputs: [value('X', 'float', ['N', 2])],
      outputs: [value('output', 'float', ['N', 2])],
    });
    const { message } = await refusal(model, binary, [[0, 0]]);
    expect(message).toContain('ONNX Runtime says: ');
    expect(message).not.toMatch(/\.(cc|h):\d/);
  });
});

describe('classes', () => {
  const model = logistic({ weights: [1, 1], intercept: 0, classes: ['no', 'yes'] });

  it.each([
    [['yes', 'no'], 'lists the classes yes, no, but model.onnx gives probabilities of no, yes, in this order'],
    [['no', 'maybe'], 'lists the classes no, maybe'],
    [['no', 'yes', 'maybe'], 'lists the classes no, yes, maybe'],
  ])('refuses %j, of which the graph says otherwise', async (classes, message) => {
    expect((await refusal(model, { ...binary, classes }, [[0, 0]])).message).toContain(message);
  });

  it('that the graph only numbers have their names from artifact.json', async () => {
    const numbered = logistic({ weights: [1, 1], intercept: 0 });
    const features = [{ name: 'f0', type: 'double' } as const, { name: 'f1', type: 'double' } as const];
    const open = async (classes: string[]) =>
      openPredictor({ model: numbered, artifact: { ...binary, classes }, features });
    expect((await open(['no', 'yes'])).classes).toEqual(['no', 'yes']);
    // Numbers are names too: these disagree.
    await expect(open(['1', '0'])).rejects.toThrow('lists the classes 1, 0');
    await expect(open(['1', '2'])).rejects.toThrow('lists the classes 1, 2');
    await expect(open(['a', 'b', 'c'])).rejects.toThrow('lists the classes a, b, c');
  });

  it('takes what exporters make of booleans and of 1.0', async () => {
    const numbers = logistic({ weights: [1, 1], intercept: 0 });
    expect(await predict(numbers, { ...binary, classes: ['False', 'true'] }, [[0, 0]])).toEqual([0.5]);
    expect(await predict(numbers, { ...binary, classes: ['0.0', '1.0'] }, [[0, 0]])).toEqual([0.5]);
  });

  it('refuses three classes of a binary model, and unknown ones of a multiclass model', async () => {
    const three = await refusal(echo(2), { ...binary, classes: ['a', 'b', 'c'] }, [[0, 0]]);
    expect(three.message).toBe('A binary classification has two classes, not 3: a, b, c');
    const unknown = await refusal(echo(3), { ...multiclass, classes: null }, [[0, 0, 1]]);
    expect(unknown.fix).toBe('List `classes` in artifact.json, in the order of the model.');
  });
});
