import { describe, expect, it } from 'vitest';
import type { Feature, FeatureColumn } from '#lib/onnx/features.ts';
import { openPredictor } from '#lib/onnx/predictor.ts';
import { UserError } from '#registry/error.ts';
import { floats, ML, modelBytes, node, value } from '../../fixtures/onnx/build.ts';
import { COLUMNS, columnsExpected, columnsModel } from '../../fixtures/onnx/columns.ts';
import { linear } from '../../fixtures/onnx/linear.ts';

const artifact = { task: 'regression', classes: null, output: null, activation: 'none' } as const;

async function refusal(model: Uint8Array, features: Feature[], columns: FeatureColumn[] = []): Promise<UserError> {
  const error = await openPredictor({ model, artifact, features })
    .then((predictor) => predictor.predict(columns, 3))
    .catch((caught: unknown) => caught);
  if (error instanceof UserError) return error;
  throw error;
}

const rows = [
  { city: 'Rome', airline: 'AA', age: 40, visits: 3, income: 12.5, rate: 0.25, member: true },
  { city: 'Oslo', airline: 'UA', age: -7, visits: -1, income: -4, rate: 1e3, member: false },
  { city: 'Lima', airline: 'é漢', age: 0, visits: 0, income: 0, rate: 0, member: true },
];
const features: Feature[] = Object.entries(COLUMNS).map(([name, type]) => ({
  name,
  type: type === 'int32' ? 'int64' : type,
}));
const all = { validity: null };
const columns: FeatureColumn[] = [
  { items: rows.map((row) => row.city), ...all },
  { items: rows.map((row) => row.airline), ...all },
  { items: BigInt64Array.from(rows, (row) => BigInt(row.age)), ...all },
  { items: BigInt64Array.from(rows, (row) => BigInt(row.visits)), ...all },
  { items: Float32Array.from(rows, (row) => row.income), ...all },
  { items: Float64Array.from(rows, (row) => row.rate), ...all },
  { items: rows.map((row) => row.member), ...all },
];
const replaced = (j: number, column: FeatureColumn): FeatureColumn[] => columns.with(j, column);

describe('one input per column', () => {
  it.each([false, true])('feeds strings, integers, floats and booleans by name (flat: %s)', async (flat) => {
    const predictor = await openPredictor({ model: columnsModel({ flat }), artifact, features, batch: 2 });
    expect([...(await predictor.predict(columns, 3))]).toEqual(rows.map(columnsExpected));
  });

  it('finds its inputs whatever their order in features.sql', async () => {
    const turned = { model: columnsModel(), artifact, features: features.toReversed() };
    const predictor = await openPredictor(turned);
    expect([...(await predictor.predict(columns.toReversed(), 3))]).toEqual(rows.map(columnsExpected));
  });

  it('names what is missing, what is left over, and what may be meant', async () => {
    const other = features.with(2, { name: 'agee', type: 'int64' }).toSpliced(6, 1);
    const { message, fix } = await refusal(columnsModel(), other);
    expect(message).toBe(
      'model.onnx takes age, member, which features.sql does not give; features.sql gives agee, which model.onnx does not take',
    );
    expect(fix).toContain('(agee may be meant for age)');
  });

  it.each([
    [0, 'int64', 'model.onnx takes city as string, but features.sql gives city as int64'],
    [2, 'double', 'model.onnx takes age as int64, but features.sql gives age as double'],
    [4, 'string', 'model.onnx takes income as float, but features.sql gives income as string'],
    [6, 'int64', 'model.onnx takes member as bool, but features.sql gives member as int64'],
  ] as const)('refuses feature %i as %s', async (j, type, message) => {
    expect((await refusal(columnsModel(), features.with(j, { name: features[j].name, type }))).message).toBe(message);
  });

  it.each([0, 2, 3, 6])('refuses a null where feature %i has no way to say it', async (j) => {
    const { message, fix } = await refusal(
      columnsModel(),
      features,
      replaced(j, { ...columns[j], validity: new Uint32Array([0b101]) }),
    );
    expect(message).toMatch(
      new RegExp(`^features\\.sql gives a null in ${features[j].name}, which model\\.onnx takes as`),
    );
    expect(fix).toContain(`coalesce(${features[j].name}`);
  });

  it('refuses a null that stands in the values', async () => {
    const names = replaced(0, { items: ['Rome', null, 'Oslo'], validity: null });
    expect((await refusal(columnsModel(), features, names)).message).toContain('a null in city');
  });

  it('refuses an integer that int32 can’t hold', async () => {
    const visits = { items: new BigInt64Array([1n, 2n ** 31n, 3n]), validity: null };
    expect((await refusal(columnsModel(), features, replaced(3, visits))).message).toContain('2147483648 in visits');
  });

  it('gives NaN for a null in a float', async () => {
    const predictor = await openPredictor({ model: columnsModel(), artifact, features });
    const income = { items: new Float32Array([1, 2, 3]), validity: new Uint32Array([0b011]) };
    const predictions = await predictor.predict(replaced(4, income), 3);
    expect([...predictions].map(Number.isNaN)).toEqual([false, false, true]);
  });

  it('refuses an input of several columns beside others', async () => {
    const model = modelBytes({
      nodes: [node('Concat', ['a', 'b'], ['variable'], { axis: 1 })],
      inputs: [value('a', 'float', ['N', 2]), value('b', 'float', ['N', 1])],
      outputs: [value('variable', 'float', ['N', 3])],
    });
    const two: Feature[] = ['a', 'b'].map((name) => ({ name, type: 'float' }));
    expect((await refusal(model, two)).message).toBe('model.onnx wants the input a in the shape [N, 2]');
  });
});

describe('one tensor of all features', () => {
  const two: Feature[] = ['a', 'b'].map((name) => ({ name, type: 'double' }));

  it('takes every kind of number, and nulls as NaN', async () => {
    const model = linear([1, 10, 100, 1000, 1e4, 1e5], 0);
    const kinds: FeatureColumn[] = [
      { items: new Float64Array([1, 2]), validity: null },
      { items: new Float32Array([1, 2]), validity: null },
      { items: new Int32Array([1, 2]), validity: null },
      { items: new BigInt64Array([1n, 2n]), validity: null },
      { items: [true, false], validity: null },
      { items: new Uint8Array([1, 3]), validity: new Uint32Array([0b01]) },
    ];
    const six: Feature[] = kinds.map((_, j) => ({ name: `f${j}`, type: 'double' }));
    const predictor = await openPredictor({ model, artifact, features: six });
    expect([...(await predictor.predict(kinds, 2))]).toEqual([111111, Number.NaN]);
  });

  it('takes a row-major matrix as it is, where the tensor is float', async () => {
    const predictor = await openPredictor({ model: linear([1, 10], 0), artifact, features: two, batch: 2 });
    expect(predictor.layout).toBe('matrix');
    const matrix = new Float32Array([1, 2, 3, 4, 5, Number.NaN]);
    expect([...(await predictor.predict(matrix, 3))]).toEqual([21, 43, Number.NaN]);
    expect([...(await predictor.prepare(matrix, 1)())]).toEqual([21]);
  });

  it('takes no matrix where it would lose digits or types', async () => {
    const predictor = await openPredictor({ model: columnsModel(), artifact, features });
    expect(predictor.layout).toBe('columns');
    await expect(predictor.predict(new Float32Array(7), 1)).rejects.toThrow('which takes columns');
    const double = modelBytes({
      nodes: [node('ReduceSum', ['X'], ['variable'], { keepdims: 1 })],
      inputs: [value('X', 'double', ['N', 2])],
      outputs: [value('variable', 'double', ['N', 1])],
    });
    const precise = await openPredictor({ model: double, artifact, features: two });
    await expect(precise.predict(new Float32Array(2), 1)).rejects.toThrow('which takes columns');
  });

  it('reads validity beyond the first word and the first batch', async () => {
    const items = Float64Array.from({ length: 100 }, (_, i) => i);
    const validity = new Uint32Array([-1, ~(1 << 5), -1, -1]); // row 37 is null
    const predictor = await openPredictor({
      model: linear([1], 0),
      artifact,
      features: [{ name: 'X', type: 'double' }],
      batch: 8,
    });
    const predictions = await predictor.predict([{ items, validity }], 100);
    expect([...predictions]).toEqual([...items].with(37, Number.NaN));
  });

  it('refuses another number of features, naming them', async () => {
    expect((await refusal(linear([1, 2, 3], 0), two)).message).toBe(
      'model.onnx takes 3 features in its input X, but features.sql gives 2: a, b',
    );
  });

  it('refuses text', async () => {
    const text: Feature[] = [two[0], { name: 'city', type: 'string' }];
    expect((await refusal(linear([1, 2], 0), text)).message).toContain('gives text in city');
  });

  it('refuses an input of integers', async () => {
    const model = modelBytes({
      nodes: [node('Cast', ['X'], ['variable'], { to: 1 })],
      inputs: [value('X', 'int64', ['N', 2])],
      outputs: [value('variable', 'float', ['N', 2])],
    });
    expect((await refusal(model, two)).message).toContain('single input X of type int64');
  });

  it('refuses a fixed number of rows, which PyTorch’s exporter writes unless told otherwise', async () => {
    const attributes = { coefficients: floats([1, 2]), intercepts: floats([0]) };
    const model = modelBytes({
      nodes: [node('LinearRegressor', ['X'], ['variable'], attributes, ML)],
      inputs: [value('X', 'float', [1, 2])],
      outputs: [value('variable', 'float', [1, 1])],
    });
    const { message, fix } = await refusal(model, two);
    expect(message).toBe('model.onnx fixes the number of rows of its input X to 1');
    expect(fix).toContain('dynamic_axes={"X": {0: "batch"}}');
  });

  it('refuses three dimensions, and no input at all', async () => {
    const output = [value('variable', 'float', ['N', 1])];
    const identity = [node('Identity', ['X'], ['variable'])];
    const cube = modelBytes({ nodes: identity, inputs: [value('X', 'float', ['N', 2, 2])], outputs: output });
    expect((await refusal(cube, two)).message).toContain('in 3 dimensions [N, 2, 2]');
    const none = modelBytes({ nodes: identity, inputs: [], outputs: output });
    expect((await refusal(none, two)).message).toBe('model.onnx has no inputs');
  });
});
