import { describe, expect, test } from 'vitest';
import { binaryPredictions } from '#lib/metrics/predictions.ts';
import { golden, known, magnitude, measured, metricsOf, predictionsOf } from './cases.ts';

describe.each(golden.cases)('$task: $name', (one) => {
  const predictions = predictionsOf(one);
  test.each(one.expected)('%s %o is as scikit-learn has it', (name, params, expected) => {
    const metric = known(one.task, name);
    const { value, influence } = measured(metric, predictions, params);
    if (expected === null) {
      expect(value).toBeNaN();
      if (metric.smooth) expect(influence.every(Number.isNaN)).toBe(true);
      return;
    }
    // Labels of a million lose six digits of their deviations.
    expect(Math.abs(value - expected)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(expected)));
    expect(metric.measure(predictions, params)).toBe(value);
    if (!metric.smooth) return;
    const sum = influence.reduce((total, each) => total + each, 0);
    expect(Math.abs(sum)).toBeLessThanOrEqual(1e-11 * magnitude(influence));
  });
});

test.each(['binary_classification', 'multiclass_classification', 'regression'] as const)(
  'every metric of %s has golden values, and some are defined',
  (task) => {
    const cases = golden.cases.filter((one) => one.task === task);
    for (const metric of metricsOf(task)) {
      const values = cases.flatMap((one) => one.expected.filter(([name]) => name === metric.name));
      expect(values.filter(([, , value]) => value !== null).length, metric.name).toBeGreaterThan(4);
    }
  },
);

/** Σ influence² within each class, times m / (m − 1): DeLong divides by m − 1 where the influence values divide by m. */
function delongVariance(label: ArrayLike<number>, influence: Float64Array): number {
  const count = [0, 0];
  const squares = [0, 0];
  for (let i = 0; i < influence.length; i++) {
    count[label[i]]++;
    squares[label[i]] += influence[i] * influence[i];
  }
  return (squares[0] * count[0]) / (count[0] - 1) + (squares[1] * count[1]) / (count[1] - 1);
}

const rocAuc = known('binary_classification', 'roc_auc');
const withDelong = golden.cases.flatMap((one) =>
  one.task === 'binary_classification' && one.delong !== null ? [{ ...one, delong: one.delong }] : [],
);

test.each(withDelong)('roc_auc has the variance of DeLong: $name', (one) => {
  const { value, influence } = measured(rocAuc, predictionsOf(one), {});
  expect(value).toBeCloseTo(one.delong[0], 12);
  expect(delongVariance(one.label, influence)).toBeCloseTo(one.delong[1], 14);
});

test.each(golden.pairs)('two roc_auc on the same rows have the variance of DeLong', ({ label, a, b, variance }) => {
  const [ofA, ofB] = [a, b].map((score) => {
    const columns = { label: Uint8Array.from(label), score: Float64Array.from(score), threshold: 0.5, weight: null };
    return measured(rocAuc, binaryPredictions(columns), {}).influence;
  });
  const difference = ofA.map((each, i) => each - ofB[i]);
  expect(delongVariance(label, difference)).toBeCloseTo(variance, 14);
});
