import { openPredictor } from '#lib/onnx/predictor.ts';
import { describe, expect, it } from 'vitest';
import { linear, logistic } from '../../fixtures/onnx/linear.ts';

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
