import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { binaryMetrics } from '#lib/metrics/catalogue.generated.ts';
import { confusion } from '#lib/metrics/confusion.ts';
import { binaryPredictions } from '#lib/metrics/predictions.ts';
import { metrics as facts } from '#registry/metrics.generated.ts';
import { parseModel } from '#registry/parse-model.ts';
import { fitThreshold, thresholdMetric } from '../../actions/train/threshold.ts';
import { modelDocument } from '../fixtures/repository.ts';

interface Case {
  score: number[];
  label: number[];
  weight: number[] | null;
  /** Of each rule. */
  best: number[];
}

const golden: { rules: Record<string, string | number>[]; cases: Case[] } = JSON.parse(
  readFileSync(new URL('golden/thresholds.json', import.meta.url), 'utf8'),
);
/** The metric that a rule of model.yaml asks for. */
const ruled = (threshold: Record<string, string | number>) => {
  const document = modelDocument('binary_classification');
  const train = { run: 'node train.ts', decision: { threshold } };
  const fitted = thresholdMetric(parseModel(stringify({ ...document, train }), 'models/shop/model.yaml').model);
  if (fitted === null) throw new Error('nothing is fitted');
  return fitted;
};
const named = (name: string) => ruled({ max: name });
const rowsOf = ({ score, label, weight }: Case) => ({
  score: Float64Array.from(score),
  label: Uint8Array.from(label),
  weight: weight === null ? null : Float64Array.from(weight),
});

describe('the fitted threshold', () => {
  it.each(golden.rules.map((rule, k) => [rule, k] as const))(
    'is as good as scikit-learn can make it: %j',
    (rule, k) => {
      const fitted = ruled(rule);
      const none: boolean[] = [];
      for (const one of golden.cases) {
        const rows = rowsOf(one);
        const threshold = fitThreshold(rows, fitted);
        const predictions = binaryPredictions({ ...rows, threshold });
        const { metric, params } = fitted;
        const cells = confusion(predictions);
        const value =
          metric.ofCells === undefined ? metric.atThreshold?.(cells, params) : metric.measure(predictions, params);
        expect(value).toBeCloseTo(one.best[k], 12);
        // Over these rows no other threshold does better, by the metric that looks for it.
        if (metric.thresholdFromBenchmark) expect(metric.measure(predictions, params)).toBeCloseTo(one.best[k], 12);
        none.push(one.score.every((score) => score < threshold));
        // No score lies so near to it that its last bits could decide.
        const distance = Math.min(...one.score.map((score) => Math.abs(score - threshold)));
        expect(distance).toBeGreaterThan(1e-7);
      }
      expect(none.includes(true)).toBe(rule['false_positive'] === 30);
    },
  );

  it('is the highest of those that are as good', () => {
    const rows = { score: Float64Array.of(0.2, 0.4, 0.8), label: Uint8Array.of(0, 1, 1), weight: null };
    expect(fitThreshold(rows, named('f1'))).toBeCloseTo(0.3, 12);
    expect(fitThreshold(rows, named('precision'))).toBeCloseTo(0.6, 12);
    expect(fitThreshold({ ...rows, label: Uint8Array.of(1, 1, 1) }, named('f1'))).toBeCloseTo(0.1, 12);
  });

  it('does not hang on the order of the rows', () => {
    const row = fc.record({ score: fc.integer({ min: 0, max: 20 }), label: fc.integer({ min: 0, max: 1 }) });
    fc.assert(
      fc.property(fc.array(row, { minLength: 2, maxLength: 40 }), (rows) => {
        fc.pre(rows.some(({ label }) => label === 1));
        const fit = (list: typeof rows) =>
          fitThreshold(
            {
              score: Float64Array.from(list, ({ score }) => score / 20),
              label: Uint8Array.from(list, ({ label }) => label),
              weight: null,
            },
            named('f1'),
          );
        expect(fit(rows.toReversed())).toBe(fit(rows));
      }),
    );
  });

  it('predicts nothing positive where that is best, unless a row has the probability 1', () => {
    const costly = ruled({ min: 'expected_cost', false_positive: 9, false_negative: 1 });
    const rows = { score: Float64Array.of(0.2, 0.4, 0.8), label: Uint8Array.of(0, 1, 0), weight: null };
    expect(fitThreshold(rows, costly)).toBeCloseTo(0.9, 12);
    expect(fitThreshold({ ...rows, score: Float64Array.of(0.2, 0.4, 1) }, costly)).toBeCloseTo(0.3, 12);
  });

  it('takes no parameter that its metric does not', () => {
    expect(() => ruled({ max: 'recall_at_precision', precision: 7 })).toThrow(
      'precision is 7; it must be a number from 0 to 1',
    );
  });

  it('is refused where no threshold reaches what is asked for', () => {
    const rows = { score: Float64Array.of(0.2, 0.4, 0.8), label: Uint8Array.of(1, 1, 0), weight: null };
    expect(() => fitThreshold(rows, ruled({ max: 'recall_at_precision', precision: 0.9 }))).toThrow(
      'no threshold makes recall_at_precision(precision=0.9) best',
    );
  });

  it('is refused where the metric is defined nowhere', () => {
    const rows = { score: Float64Array.of(0.2, 0.4), label: Uint8Array.of(0, 0), weight: null };
    expect(() => fitThreshold(rows, named('recall'))).toThrow('not defined on the validation rows');
  });
});

describe('metrics that depend on a threshold', () => {
  it('are those that the registry says, and are measured from the cells alone', () => {
    const thresholded = facts.filter(({ thresholded: flag }) => flag === true).map(({ name }) => name);
    expect(thresholded).toEqual(binaryMetrics.filter(({ ofCells }) => ofCells !== undefined).map(({ name }) => name));
    const rows = rowsOf(golden.cases[3]);
    for (const metric of binaryMetrics) {
      const params = Object.fromEntries(Object.entries(metric.params).map(([key, value]) => [key, value ?? 0.5]));
      const at = (threshold: number) => metric.measure(binaryPredictions({ ...rows, threshold }), params);
      expect([metric.name, at(0.2) !== at(0.6)]).toEqual([metric.name, thresholded.includes(metric.name)]);
    }
  });
});
