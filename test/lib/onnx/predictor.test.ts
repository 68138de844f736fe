import { describe, expect, it } from 'vitest';
import { openPredictor } from '#lib/onnx/predictor.ts';
import { linear, logistic } from '../../fixtures/onnx/linear.ts';
import { treeEnsemble } from '../../fixtures/onnx/trees.ts';

const binary = { task: 'binary_classification', classes: null, output: null, activation: 'none' } as const;
const features = [
  { name: 'a', type: 'double' },
  { name: 'b', type: 'float' },
] as const;
const columns = [
  { items: new Float64Array([0, 1, -1]), validity: null },
  { items: new Float32Array([0, 2, 0.5]), validity: null },
];
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

describe('openPredictor', () => {
  it.each([false, true])(
    'gives the probability of the last class of a logistic regression (ZipMap: %s)',
    async (zipMap) => {
      const model = logistic({ weights: [2, -1], intercept: 0.5, zipMap });
      const predictor = await openPredictor({ model, artifact: binary, features: [...features] });
      const scores = await predictor.predict(columns, 3);
      [sigmoid(0.5), sigmoid(0.5), sigmoid(-2)].forEach((expected, i) => expect(scores[i]).toBeCloseTo(expected, 6));
      expect(predictor.classes).toEqual(['0', '1']);
      await predictor.release();
    },
  );

  it('gives the value of a regression', async () => {
    const artifact = { ...binary, task: 'regression' } as const;
    const predictor = await openPredictor({ model: linear([2, -1], 0.5), artifact, features: [...features] });
    expect([...(await predictor.predict(columns, 3))]).toEqual([0.5, 0.5, -2]);
  });
});

describe('a predictor', () => {
  const trees = { trees: 10, depth: 4, features: 2 };
  const artifact = { ...binary, task: 'regression' } as const;

  it('runs rows that were prepared once as often as wanted, with the same result', async () => {
    const model = treeEnsemble({ ...trees, seed: 1, outputs: 1 });
    const predictor = await openPredictor({ model, artifact, features: [...features], batch: 2 });
    const whole = await predictor.predict(columns, 3);
    const single = predictor.prepare(columns, 1);
    expect([...(await single())]).toEqual([whole[0]]);
    expect([...(await single())]).toEqual([whole[0]]);
    expect([...(await predictor.prepare(columns, 2)())]).toEqual([...whole.subarray(0, 2)]);
    expect([...(await predictor.prepare(columns, 3)())]).toEqual([...whole]);
    expect([...(await single())]).toEqual([whole[0]]);
  });

  it('refuses a second call before the first has finished, whose buffers it would overwrite', async () => {
    const model = treeEnsemble({ ...trees, seed: 1, outputs: 1 });
    const predictor = await openPredictor({ model, artifact, features: [...features] });
    const first = predictor.predict(columns, 3);
    await expect(predictor.predict(columns, 3)).rejects.toThrow('before it had finished');
    expect((await first).length).toBe(3);
    expect((await predictor.predict(columns, 3)).length).toBe(3);
  });

  it('gives nothing for no rows', async () => {
    const model = treeEnsemble({ ...trees, seed: 1, outputs: 3 });
    const many = { ...binary, task: 'multiclass_classification' } as const;
    const predictor = await openPredictor({ model, artifact: many, features: [...features] });
    expect(predictor.width).toBe(3);
    expect(await predictor.predict(columns, 0)).toEqual(new Float64Array());
  });

  it('gives other predictions for other trees, and the same for the same seed', async () => {
    const predictions = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const model = treeEnsemble({ ...trees, seed, outputs: 2 });
        const predictor = await openPredictor({ model, artifact: binary, features: [...features] });
        return predictor.predict(columns, 3);
      }),
    );
    expect(predictions[1]).toEqual(predictions[0]);
    expect(predictions[2]).not.toEqual(predictions[0]);
  });

  it('can be released', async () => {
    const predictor = await openPredictor({ model: linear([2, -1], 0.5), artifact, features: [...features] });
    await predictor.release();
    await expect(predictor.predict(columns, 3)).rejects.toThrow('already disposed');
  });
});
