import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { known, metricsOf } from './cases.ts';
import { paramsOf, predictionsOf, type Row, type Sample, sampleOf } from './samples.ts';

const TASK = 'binary_classification';

/** The sample with the decision on row i turned round. */
function flipped(sample: Sample, i: number): Sample {
  const turned: Row = { ...sample.rows[i], score: [sample.rows[i].score[0] >= 0.5 ? 0 : 1] };
  return { ...sample, rows: sample.rows.with(i, turned) };
}

// Those that are linear in the decisions move by exactly one step.
test.each([
  ['accuracy', () => true],
  ['positive_rate', () => true],
  ['recall', (row: Row) => row.label === 1],
])('flipping one row moves %s by its step', (name, moves) => {
  const metric = known(TASK, name);
  fc.assert(
    fc.property(sampleOf(TASK), (sample) => {
      const predictions = predictionsOf(sample, null);
      const before = metric.measure(predictions, {});
      fc.pre(!Number.isNaN(before));
      const step = metric.step?.(predictions, {}) ?? Number.NaN;
      sample.rows.forEach((row, i) => {
        if (!moves(row)) return;
        const after = metric.measure(predictionsOf(flipped(sample, i), null), {});
        expect(Math.abs(after - before)).toBeCloseTo(step, 12);
      });
    }),
  );
});

test('the step of expected_cost is the dearer of the two kinds of flip', () => {
  const metric = known(TASK, 'expected_cost');
  const costs = { false_positive: 1, false_negative: 7, true_positive: -1, true_negative: 0 };
  const sample: Sample = {
    task: TASK,
    classes: 1,
    rows: [0, 1, 0, 1].map((label) => ({ label, score: [0.7], weight: 1 })),
  };
  expect(metric.step?.(predictionsOf(sample, null), costs)).toBeCloseTo((7 + 1) / 4, 12);
});

test('the step of a macro average is that of its smallest class', () => {
  const sample: Sample = {
    task: 'multiclass_classification',
    classes: 3,
    rows: [0, 0, 0, 1, 1, 2].map((label) => ({
      label,
      score: [0, 1, 2].map((c) => (c === label ? 0.8 : 0.1)),
      weight: 1,
    })),
  };
  const step = known('multiclass_classification', 'recall_macro').step?.(predictionsOf(sample, null), {});
  expect(step).toBeCloseTo(1 / 3, 12);
});

test.each(['binary_classification', 'multiclass_classification'] as const)(
  'every step of %s is finite and above zero where the metric is defined',
  (task) => {
    const jumping = metricsOf(task).filter((metric) => metric.step !== undefined);
    expect(jumping.length).toBeGreaterThan(5);
    fc.assert(
      fc.property(sampleOf(task), (sample) => {
        const predictions = predictionsOf(
          sample,
          sample.rows.map((row) => row.weight),
        );
        for (const metric of jumping) {
          const params = paramsOf(metric);
          if (Number.isNaN(metric.measure(predictions, params))) continue;
          const step = metric.step?.(predictions, params);
          expect(step, metric.name).toBeGreaterThanOrEqual(0);
          expect(step, metric.name).toBeLessThan(Number.POSITIVE_INFINITY);
        }
      }),
    );
  },
);
