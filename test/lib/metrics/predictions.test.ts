import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Predictions } from '#lib/metrics/metric.ts';
import { binaryPredictions, partition, reweighted, subset } from '#lib/metrics/predictions.ts';
import { measured, metricsOf } from './cases.ts';
import { paramsOf, predictionsOf, type Sample, sampleOf } from './samples.ts';

const TASKS = ['binary_classification', 'multiclass_classification', 'regression'] as const;

/** The columns, without the functions. */
function columns({ rows, label, score, weight }: Predictions) {
  return { rows, label, score, weight };
}

function weightsOf({ rows }: Sample): number[] {
  return rows.map((row) => row.weight);
}

describe.each(TASKS)('%s', (task) => {
  test('partition gives each group what its rows alone would give', () => {
    fc.assert(
      fc.property(sampleOf(task), fc.infiniteStream(fc.integer({ min: -1, max: 3 })), (sample, stream) => {
        const codes = Int32Array.from(sample.rows, () => Number(stream.next().value));
        const parts = partition(predictionsOf(sample, weightsOf(sample)), codes, 4);
        expect(parts).toHaveLength(4);
        parts.forEach((part, group) => {
          const rows = sample.rows.filter((_, i) => codes[i] === group);
          const alone = { ...sample, rows };
          const anew = predictionsOf(alone, weightsOf(alone));
          expect(columns(part)).toEqual(columns(anew));
          if (rows.length === 0) return;
          for (const metric of metricsOf(task)) {
            expect(measured(metric, part, paramsOf(metric))).toEqual(measured(metric, anew, paramsOf(metric)));
          }
        });
      }),
    );
  });

  test('reweighted predictions measure as if they were made with those weights', () => {
    fc.assert(
      fc.property(sampleOf(task), fc.infiniteStream(fc.nat({ max: 3 })), (sample, stream) => {
        const first = predictionsOf(sample, weightsOf(sample));
        const times = sample.rows.map(() => Number(stream.next().value));
        const again = reweighted(reweighted(first, Float64Array.from(weightsOf(sample))), Float64Array.from(times));
        const anew = predictionsOf(sample, times);
        expect(columns(again)).toEqual(columns(anew));
        expect(columns(first).weight).toEqual(Float64Array.from(weightsOf(sample)));
        for (const metric of metricsOf(task)) {
          expect(measured(metric, again, paramsOf(metric))).toEqual(measured(metric, anew, paramsOf(metric)));
        }
      }),
    );
  });

  test('subset gives the rows that were asked for, in the order of the whole', () => {
    fc.assert(
      fc.property(sampleOf(task), fc.infiniteStream(fc.boolean()), (sample, stream) => {
        const kept = sample.rows.map((_, i) => i).filter(() => stream.next().value === true);
        const part = subset(predictionsOf(sample, null), Uint32Array.from(kept));
        const anew = predictionsOf({ ...sample, rows: kept.map((i) => sample.rows[i]) }, null);
        expect(columns(part)).toEqual(columns(anew));
        if (part.task !== 'binary_classification' || anew.task !== 'binary_classification') return;
        expect(part.order()).toEqual(anew.order());
      }),
    );
  });
});

test('rows are sorted once, on first use', () => {
  let calls = 0;
  const order = () => {
    calls++;
    return Uint32Array.of(1, 0);
  };
  const columnsOf = { label: Uint8Array.of(0, 1), score: Float64Array.of(0.9, 0.1), threshold: 0.5, weight: null };
  const predictions = binaryPredictions(columnsOf, order);
  expect(calls).toBe(0);
  reweighted(predictions, Float64Array.of(1, 2)).order();
  const parts = partition(predictions, Int32Array.of(0, 1), 2);
  for (const one of [predictions, ...parts, predictions]) one.order();
  expect(calls).toBe(1);
});
