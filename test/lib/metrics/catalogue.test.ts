import { expect, test } from 'vitest';
import { binaryPredictions, multiclassPredictions, regressionPredictions } from '#lib/metrics/predictions.ts';
import { UserError } from '#registry/error.ts';
import { metrics } from '#registry/metrics.generated.ts';
import { known, metricsOf } from './cases.ts';

const TASKS = ['binary_classification', 'multiclass_classification', 'regression'] as const;

test('the facts in the registry are those of the metrics, one name once a task', () => {
  const facts = TASKS.flatMap(metricsOf).map((metric) => {
    const { name, task, better, description, relative, thresholded, params } = metric;
    const thresholdFromBenchmark = metric.thresholdFromBenchmark || undefined;
    return { name, task, better, description, relative, thresholded, thresholdFromBenchmark, params };
  });
  expect(metrics).toEqual(facts);
  expect(new Set(facts.map(({ task, name }) => `${task} ${name}`)).size).toBe(facts.length);
});

test('the metrics that choose a threshold on the benchmark say so', () => {
  const choosing = TASKS.flatMap(metricsOf).filter((metric) => metric.thresholdFromBenchmark);
  expect(choosing.map(({ name }) => name)).toEqual(['precision_at_recall', 'recall_at_precision']);
});

test('what is smooth shrinks with the root of the rows; max_error and positive_rate are never relative', () => {
  const all = TASKS.flatMap(metricsOf);
  expect(all.filter((metric) => metric.smooth && !metric.rootN)).toEqual([]);
  expect(all.filter((metric) => !metric.rootN).map(({ name }) => name)).toEqual([
    'expected_calibration_error',
    'max_error',
  ]);
  expect(all.filter((metric) => !metric.relative).map(({ name }) => name)).toEqual(['positive_rate', 'max_error']);
});

test('without a row every metric is NaN', () => {
  const none = new Float64Array(0);
  const empty = {
    binary_classification: binaryPredictions({ label: new Uint8Array(0), score: none, threshold: 0.5, weight: null }),
    multiclass_classification: multiclassPredictions({
      label: new Int32Array(0),
      score: none,
      classes: 3,
      weight: null,
    }),
    regression: regressionPredictions({ label: none, score: none, weight: null }),
  };
  const params = {
    recall: 0.5,
    precision: 0.5,
    false_positive: 1,
    false_negative: 1,
    true_positive: 0,
    true_negative: 0,
    bins: 15,
    k: 2,
    alpha: 0.5,
  };
  for (const task of TASKS) {
    for (const metric of metricsOf(task)) expect(metric.measure(empty[task], params), metric.name).toBeNaN();
  }
});

test.each([
  ['binary_classification', 'precision_at_recall', {}],
  ['binary_classification', 'precision_at_recall', { recall: 1.2 }],
  ['binary_classification', 'recall_at_precision', { precision: Number.NaN }],
  ['binary_classification', 'expected_calibration_error', { bins: 2.5 }],
  ['binary_classification', 'expected_cost', { false_positive: 1 }],
  ['multiclass_classification', 'top_k_accuracy', { k: 0 }],
  ['regression', 'mean_pinball_loss', { alpha: 90 }],
] as const)('a bad parameter of %s %s %o is the user’s to mend', (task, name, params) => {
  const score = Float64Array.of(0.2, 0.8);
  const predictions = {
    binary_classification: binaryPredictions({ label: Uint8Array.of(0, 1), score, threshold: 0.5, weight: null }),
    multiclass_classification: multiclassPredictions({ label: Int32Array.of(1), score, classes: 2, weight: null }),
    regression: regressionPredictions({ label: score, score, weight: null }),
  };
  expect(() => known(task, name).measure(predictions[task], params)).toThrow(UserError);
});
