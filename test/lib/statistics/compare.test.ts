import { describe, expect, test } from 'vitest';
import { metric as accuracy } from '#lib/metrics/binary/accuracy.ts';
import { metric as averagePrecision } from '#lib/metrics/binary/average_precision.ts';
import { metric as brierScore } from '#lib/metrics/binary/brier_score.ts';
import { metric as precisionAtRecall } from '#lib/metrics/binary/precision_at_recall.ts';
import { metric as recall } from '#lib/metrics/binary/recall.ts';
import { metric as rocAuc } from '#lib/metrics/binary/roc_auc.ts';
import type { BinaryPredictions, Metric } from '#lib/metrics/metric.ts';
import { binaryPredictions } from '#lib/metrics/predictions.ts';
import { compare } from '#lib/statistics/compare.ts';
import { mcnemar } from '#lib/statistics/mcnemar.ts';
import { random } from '#lib/statistics/random.ts';
import { Comparison } from '#registry/evidence/evaluation.ts';
import { studentQuantile } from '#registry/statistics/student.ts';
import distributions from '../../registry/statistics/golden/distributions.json' with { type: 'json' };
import golden from './golden/comparisons.json' with { type: 'json' };

const settings = { params: {}, confidence: 0.95, seed: 1 };

function predictions(
  score: number[],
  label: number[] = golden.label,
  weight: number[] | null = null,
): BinaryPredictions {
  return binaryPredictions({
    label: Uint8Array.from(label),
    score: Float64Array.from(score),
    threshold: 0.5,
    weight: weight === null ? null : Float64Array.from(weight),
  });
}

const champion = predictions(golden.champion);
const candidate = predictions(golden.candidate);
const clusters = Int32Array.from(golden.cluster);

function found(
  metric: Metric<BinaryPredictions>,
  more: Partial<Parameters<typeof compare<BinaryPredictions>>[0]> = {},
) {
  return compare<BinaryPredictions>({ metric, champion, candidate, clusters: null, ...settings, ...more });
}

describe('the golden standard errors', () => {
  test('unweighted and unclustered, roc_auc equals DeLong', () => {
    const auc = found(rocAuc);
    expect(auc.method).toBe('delong');
    expect(auc.champion?.value).toBeCloseTo(golden.delong.areas[0], 13);
    expect(auc.candidate.value).toBeCloseTo(golden.delong.areas[1], 13);
    expect(auc.standard_error).toBeCloseTo(golden.delong.difference, 13);
    const alone = found(rocAuc, { champion: null });
    expect(alone.champion).toBeNull();
    expect(alone.difference).toBeNull();
    expect(alone.candidate).toEqual(auc.candidate);
  });

  test('clustered, a mean equals the cluster-robust error of statsmodels, weighted too', () => {
    const brier = found(brierScore, { clusters });
    expect(brier.difference).toBeCloseTo(golden.brier_clustered.difference, 13);
    expect(brier.standard_error).toBeCloseTo(golden.brier_clustered.standard_error, 13);
    expect(brier.clusters).toBe(new Set(golden.cluster).size);
    const weighted = found(brierScore, {
      clusters,
      champion: predictions(golden.champion, golden.label, golden.weight),
      candidate: predictions(golden.candidate, golden.label, golden.weight),
    });
    expect(weighted.difference).toBeCloseTo(golden.brier_clustered_weighted.difference, 13);
    expect(weighted.standard_error).toBeCloseTo(golden.brier_clustered_weighted.standard_error, 13);
  });

  test('the interval of a difference is symmetric over rows; over clusters an end may lie further out, none nearer', () => {
    for (const metric of [rocAuc, brierScore, accuracy]) {
      const reach = (units: Int32Array | null) => {
        const { difference, interval: ends, standard_error, degrees_of_freedom } = found(metric, { clusters: units });
        const half = studentQuantile(0.975, degrees_of_freedom ?? 1) * (standard_error ?? 0);
        return [(difference ?? 0) - (ends?.[0] ?? 0), (ends?.[1] ?? 0) - (difference ?? 0)].map((side) => side / half);
      };
      for (const side of reach(null)) expect(side).toBeCloseTo(1, 10);
      const sides = reach(clusters).toSorted((a, b) => a - b);
      expect(sides[0]).toBeCloseTo(1, 10);
      expect(sides[1]).toBeGreaterThan(1.001);
    }
  });

  test.each(distributions.mcnemar)('McNemar of %d and %d equals statsmodels', (fixed, broken, wanted) => {
    expect(mcnemar(fixed, broken)).toBeCloseTo(wanted, 13);
  });
});

describe('a comparison', () => {
  test('is what the evidence schema says, for every kind of interval', () => {
    for (const metric of [rocAuc, accuracy, averagePrecision]) {
      for (const codes of [null, clusters]) expect(Comparison.parse(found(metric, { clusters: codes }))).toBeTruthy();
    }
    expect(Comparison.parse(found(precisionAtRecall, { params: { recall: 0.8 } })).method).toBe('bootstrap');
  });

  test('of equal artifacts is exactly zero', () => {
    for (const metric of [rocAuc, brierScore]) {
      const same = compare({ metric, champion, candidate: champion, clusters, identical: true, ...settings });
      expect(same).toMatchObject({ difference: 0, interval: [0, 0], method: 'exact', standard_error: 0 });
      expect(same.candidate).toEqual(same.champion);
    }
  });

  test('has McNemar beside accuracy, only unweighted and unclustered', () => {
    const rows = found(accuracy).mcnemar;
    expect(rows).not.toBeNull();
    expect(((rows?.fixed ?? 0) - (rows?.broken ?? 0)) / golden.label.length).toBeCloseTo(
      found(accuracy).difference ?? 0,
      13,
    );
    expect(found(accuracy, { clusters }).mcnemar).toBeNull();
    expect(found(rocAuc).mcnemar).toBeNull();
  });

  test('keeps a width where no prediction differs or all are right', () => {
    const right = predictions(golden.label.map((one) => (one === 1 ? 0.9 : 0.1)));
    const perfect = found(recall, { champion: right, candidate: right });
    expect(perfect.difference).toBe(0);
    expect(perfect.interval?.[0]).toBeLessThan(-0.01);
    expect(perfect.candidate.value).toBe(1);
    expect(perfect.candidate.interval?.[0]).toBeLessThan(0.99);
    expect(perfect.candidate.interval?.[1]).toBe(1);
  });

  test('of one class only has no value, no interval and the method none', () => {
    const ones = golden.label.map(() => 1);
    const nothing = found(rocAuc, {
      champion: predictions(golden.champion, ones),
      candidate: predictions(golden.candidate, ones),
    });
    expect(nothing).toMatchObject({ difference: null, interval: null, method: 'none', minimum_detectable: null });
    expect(nothing.candidate).toEqual({ value: null, interval: null });
  });

  test('of fewer than 20 rows of a class gives a ranking metric no interval, its value and difference still', () => {
    let ones = 0;
    const few = golden.label.map((one) => (one === 1 && ++ones <= 19 ? 1 : 0));
    const auc = found(rocAuc, {
      champion: predictions(golden.champion, few),
      candidate: predictions(golden.candidate, few),
    });
    expect(auc).toMatchObject({ interval: null, method: 'none', standard_error: null });
    expect(auc.difference).not.toBeNull();
    expect(found(rocAuc).interval).not.toBeNull();
  });

  test('of clusters that are all single rows is nearly that of rows, of doubled rows twice the variance', () => {
    const single = Int32Array.from(golden.label, (_, i) => i);
    const byRow = found(brierScore).standard_error ?? 0;
    expect(found(brierScore, { clusters: single }).standard_error).toBeCloseTo(byRow, 3);
    const twice = (values: number[]) => [...values, ...values];
    const doubled = found(brierScore, {
      champion: predictions(twice(golden.champion), twice(golden.label)),
      candidate: predictions(twice(golden.candidate), twice(golden.label)),
      clusters: Int32Array.from(twice([...single])),
    });
    expect(doubled.standard_error).toBeCloseTo(found(brierScore, { clusters: single }).standard_error ?? 0, 12);
    expect(doubled.design_effect).toBeCloseTo(2, 1);
  });
});

describe('the bootstrap', () => {
  const source = random(5);
  const world = (rows: number) => {
    const label = Array.from({ length: rows }, () => (source.uniform() < 0.3 ? 1 : 0));
    const score = (shift: number) => label.map((one) => 1 / (1 + Math.exp(-shift * one - source.normal())));
    return { champion: predictions(score(1), label), candidate: predictions(score(1.2), label) };
  };
  /** roc_auc as if it had no influence values: the two ways must agree. */
  const rough = { ...rocAuc, smooth: false };

  test('agrees with the influence values, with rows and with clusters', () => {
    const pair = world(3000);
    const codes = Int32Array.from({ length: 3000 }, (_, i) => i % 150);
    for (const units of [null, codes]) {
      const options = { ...settings, ...pair, clusters: units };
      const smooth = compare({ metric: rocAuc, ...options });
      const resampled = compare({ metric: rough, ...options });
      expect(resampled.difference).toBe(smooth.difference);
      expect((resampled.standard_error ?? 0) / (smooth.standard_error ?? 1)).toBeGreaterThan(0.8);
      expect((resampled.standard_error ?? 0) / (smooth.standard_error ?? 1)).toBeLessThan(1.25);
    }
  });

  test('is rescaled above 50,000 rows where root-n holds, and not where it does not', () => {
    const options = { ...settings, ...world(60_000), clusters: null };
    const smooth = compare({ metric: rocAuc, ...options }).standard_error ?? 1;
    const rescaled = compare({ metric: rough, ...options });
    const kept = compare({ metric: { ...rough, rootN: false }, ...options });
    expect(rescaled.method).toBe('bootstrap_subsample');
    expect((rescaled.standard_error ?? 0) / smooth).toBeGreaterThan(0.8);
    expect((rescaled.standard_error ?? 0) / smooth).toBeLessThan(1.25);
    expect(kept.standard_error).toBeCloseTo((rescaled.standard_error ?? 0) * Math.sqrt(3), 10);
  });

  test('repeats with its seed and changes with another', () => {
    const options = { metric: rough, ...world(500), clusters: null, ...settings };
    expect(compare(options)).toEqual(compare(options));
    expect(compare({ ...options, seed: 2 }).standard_error).not.toBe(compare(options).standard_error);
  });
});
