import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { binaryMetrics } from '#lib/metrics/catalogue.generated.ts';
import { binaryPredictions } from '#lib/metrics/predictions.ts';
import { metrics as facts } from '#registry/metrics.generated.ts';
import { fitThreshold } from '../../actions/train/threshold.ts';

interface Case {
  score: number[];
  label: number[];
  weight: number[] | null;
  best: Record<string, number>;
}

const golden: { cases: Case[] } = JSON.parse(readFileSync(new URL('golden/thresholds.json', import.meta.url), 'utf8'));
const named = (name: string) => {
  const metric = binaryMetrics.find((one) => one.name === name);
  if (metric === undefined) throw new Error(name);
  return metric;
};
const rowsOf = ({ score, label, weight }: Case) => ({
  score: Float64Array.from(score),
  label: Uint8Array.from(label),
  weight: weight === null ? null : Float64Array.from(weight),
});

describe('the fitted threshold', () => {
  it.each(Object.keys(golden.cases[0].best))('makes %s as large as scikit-learn can make it', (name) => {
    for (const one of golden.cases) {
      const rows = rowsOf(one);
      const threshold = fitThreshold(rows, named(name), {});
      const value = named(name).measure(binaryPredictions({ ...rows, threshold }), {});
      expect(value).toBeCloseTo(one.best[name], 12);
      // No score lies so near to it that its last bits could decide.
      const distance = Math.min(...one.score.map((score) => Math.abs(score - threshold)));
      expect(distance).toBeGreaterThan(1e-7);
    }
  });

  it('is the highest of those that are as good', () => {
    const rows = { score: Float64Array.of(0.2, 0.4, 0.8), label: Uint8Array.of(0, 1, 1), weight: null };
    expect(fitThreshold(rows, named('f1'), {})).toBeCloseTo(0.3, 12);
    expect(fitThreshold(rows, named('precision'), {})).toBeCloseTo(0.6, 12);
    expect(fitThreshold({ ...rows, label: Uint8Array.of(1, 1, 1) }, named('f1'), {})).toBeCloseTo(0.1, 12);
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
            {},
          );
        expect(fit(rows.toReversed())).toBe(fit(rows));
      }),
    );
  });

  it('is refused where the metric is defined nowhere', () => {
    const rows = { score: Float64Array.of(0.2, 0.4), label: Uint8Array.of(0, 0), weight: null };
    expect(() => fitThreshold(rows, named('recall'), {})).toThrow('not defined on the validation rows');
  });
});

describe('metrics that depend on a threshold', () => {
  it('are those that the registry says, and are measured from the cells alone', () => {
    const thresholded = facts.filter(({ thresholded: flag }) => flag === true).map(({ name }) => name);
    expect(thresholded).toEqual(binaryMetrics.filter(({ ofCells }) => ofCells !== undefined).map(({ name }) => name));
    expect(thresholded).toEqual(expect.arrayContaining(Object.keys(golden.cases[0].best)));
    const rows = rowsOf(golden.cases[3]);
    for (const metric of binaryMetrics) {
      const params = Object.fromEntries(Object.entries(metric.params).map(([key, value]) => [key, value ?? 0.5]));
      const at = (threshold: number) => metric.measure(binaryPredictions({ ...rows, threshold }), params);
      expect([metric.name, at(0.2) !== at(0.6)]).toEqual([metric.name, thresholded.includes(metric.name)]);
    }
  });
});
