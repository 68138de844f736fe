import { describe, expect, it } from 'vitest';
import { type GoldenRows, goldenFeatures, goldenInput } from '#lib/onnx/golden.ts';
import { inspectModel } from '#lib/onnx/inspect.ts';
import { openPredictor } from '#lib/onnx/predictor.ts';
import { columnsExpected, columnsModel } from '../../fixtures/onnx/columns.ts';
import { linear } from '../../fixtures/onnx/linear.ts';

const regression = { task: 'regression', classes: null, output: null, activation: 'none' } as const;

async function predict(model: Uint8Array, golden: GoldenRows): Promise<number[]> {
  const features = goldenFeatures(golden, inspectModel(model).facts.inputs);
  const predictor = await openPredictor({ model, artifact: regression, features });
  return [...(await predictor.predict(goldenInput(golden, features, predictor.layout), golden.rows.length))];
}

describe('golden rows', () => {
  const row = { city: 'Oslo', airline: 'UA', age: 41, visits: 3, income: 0.5, rate: 0.25, member: true };

  it.each([false, true])('of columns of any type are fed as the model takes them (flat: %s)', async (flat) => {
    // In another order than the inputs; a whole number may stand as text.
    const { member, city, ...others } = row;
    const golden = {
      features: ['member', ...Object.keys(others), 'city'],
      rows: [
        [Number(member), ...Object.values(others), city],
        [0, ...Object.values({ ...others, age: '42' }), 'Rome'],
      ],
    };
    const expected = [columnsExpected(row), columnsExpected({ ...row, age: 42, member: false, city: 'Rome' })];
    expect(await predict(columnsModel({ flat }), golden)).toEqual(expected);
  });

  it('of one tensor are fed as a matrix, a missing number as NaN', async () => {
    const rows = [
      [1, 2],
      [null, 2],
    ];
    const [value, missing] = await predict(linear([3, 4], 5), { features: ['a', 'b'], rows });
    expect([value, missing]).toEqual([16, Number.NaN]);
  });

  it.each<[string, GoldenRows['rows']]>([
    ['of too few values', [[1]]],
    ['with text for a number', [[1, 'x']]],
  ])('%s are refused', async (_, rows) => {
    await expect(predict(linear([3, 4], 5), { features: ['a', 'b'], rows })).rejects.toThrow('do not fit the model');
  });

  it.each([1.5, 'many'])('whose whole number is %j are refused', async (age) => {
    const rows = [Object.values({ ...row, age, member: 1 })];
    await expect(predict(columnsModel(), { features: Object.keys(row), rows })).rejects.toThrow(
      'age has a value that is no whole number',
    );
  });
});
