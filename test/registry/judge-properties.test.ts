import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Comparison, Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import type { Model } from '#registry/model.ts';
import { comparisonOf, evaluationOf } from '../fixtures/evaluation.ts';
import { anywhere, flightModel } from '../fixtures/model.ts';
import { oracle } from './judge-oracle.ts';

const METRICS = ['roc_auc', 'log_loss', 'accuracy'];
const ROWS = 3000;
const made = evaluationOf();

/** Few distinct numbers, so that values meet bounds exactly. */
const grid = (...values: number[]) => fc.constantFrom(...values);
const bound = fc.oneof(
  fc.record({ max_loss: grid(0, 0.125, 0.25) }),
  fc.record({ min_gain: grid(0, 0.125) }),
  fc.record({ at_least: grid(0.25, 0.5) }),
  fc.record({ at_most: grid(0.5, 0.75) }),
);
const relative = fc.oneof(fc.record({ max_loss: grid(0, 0.125, 0.25) }), fc.record({ min_gain: grid(0, 0.125) }));
const guardrail = fc.oneof(
  fc.tuple(fc.constantFrom(...METRICS), bound).map(([metric, limit]) => ({ metric, ...limit })),
  fc.record({ latency: fc.constant('p99_ms'), at_most: grid(0.05, 1) }),
  fc.record({ latency: fc.constant('p99_ms'), max_ratio: grid(0.9, 1.1, 1.2) }),
  fc.record({ size: fc.constant('megabytes'), at_most: grid(0.1, 50) }),
  fc.record({ memory: fc.constant('megabytes'), at_most: grid(100, 500) }),
);
const slices = fc.option(
  fc.record({
    columns: fc.constant(['origin']),
    max_loss: grid(0, 0.125),
    min_rows: grid(1, 500),
    min_per_class: grid(1, 50),
  }),
  { nil: undefined },
);
const policy = fc
  .record({
    primary: fc.tuple(fc.constantFrom(...METRICS), relative).map(([metric, limit]) => ({ metric, ...limit })),
    guardrails: fc.array(guardrail, { maxLength: 4 }),
    slices,
  })
  .map((evaluate) => flightModel(evaluate));

const comparison = (metric: string, slice: Comparison['slice'], rows: number) =>
  fc
    .record({
      champion: grid(0.25, 0.5),
      gain: grid(-0.25, -0.125, 0, 0.125, 0.25),
      error: grid(0.01, 0.03, 0.06, 0.12),
    })
    .map(({ champion, error, gain }) => comparisonOf(metric, champion, champion + gain, error, { slice, rows }));

const parts: [string, number, number][] = [
  ['ATL', 1000, 200],
  ['BOS', 1600, 300],
  ['TVL', 400, 30],
];
const evidence: fc.Arbitrary<Evaluation> = fc
  .record({
    whole: fc.tuple(...METRICS.map((metric) => comparison(metric, null, ROWS))),
    sliced: fc.tuple(
      ...parts.flatMap(([value, rows]) =>
        METRICS.map((metric) => comparison(metric, [{ column: 'origin', value }], rows)),
      ),
    ),
    first: fc.nat({ max: 9 }),
    pairs: grid(1, 10, 10),
  })
  .map(({ first, pairs, sliced, whole }) => {
    const { latency } = made.timing;
    return {
      ...made,
      ...(first === 0 ? { champion: null } : {}),
      benchmark: { ...made.benchmark, rows: ROWS },
      comparisons: [...whole, ...sliced],
      slices: parts.map(([value, rows, smallest]) => ({
        key: [{ column: 'origin', value }],
        rows,
        clusters: 30,
        smallest_class: smallest,
        skipped: null,
      })),
      slice_columns: [['origin']],
      timing: {
        ...made.timing,
        latency: latency === null ? null : { ...latency, single: { ...latency.single, pairs } },
      },
    };
  });

/** Every number (or null in a number's place) under the parts of the evidence that hold measurements. */
function places(value: unknown, path: (string | number)[] = []): (string | number)[][] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    places(inner, [...path, Array.isArray(value) ? Number(key) : key]),
  );
}

function replaced<T>(document: T, path: (string | number)[], value: unknown): T {
  const copy = structuredClone(document);
  const parent = path.slice(0, -1).reduce<object>((inner, key) => Reflect.get(inner, key), copy as object);
  const last = path.at(-1) ?? '';
  if (value === undefined) Reflect.deleteProperty(parent, last);
  else Reflect.set(parent, last, value);
  return copy;
}

const verdict = (model: Model, measured: Evaluation) => judge(model, measured, anywhere).verdict;

describe('judge, held against the rules written a second time', () => {
  it('comes to the same verdict', () => {
    const seen = { pass: 0, fail: 0, inconclusive: 0 };
    fc.assert(
      fc.property(policy, evidence, (model, measured) => {
        const answer = verdict(model, measured);
        seen[answer] += 1;
        expect(answer).toBe(oracle(model, measured));
      }),
      { numRuns: 2000, seed: 1 },
    );
    expect(Math.min(...Object.values(seen))).toBeGreaterThan(100);
  });

  it('comes to the same verdict where something is null or NaN', () => {
    const gap = fc.tuple(evidence, fc.nat(), fc.constantFrom(null, Number.NaN));
    fc.assert(
      fc.property(policy, gap, (model, [measured, index, nothing]) => {
        const all = [...places(measured.comparisons, ['comparisons']), ...places(measured.timing, ['timing'])].filter(
          (path) => !['step', 'standard_error', 'degrees_of_freedom', 'design_effect'].includes(String(path.at(-1))),
        );
        const broken = replaced(measured, all[index % all.length], nothing);
        expect(verdict(model, broken)).toBe(oracle(model, broken));
      }),
      { numRuns: 1000, seed: 2 },
    );
  });
});

describe('S5 monotone', () => {
  const never = (model: Model, before: Evaluation, after: Evaluation) => {
    if (verdict(model, before) !== 'pass') expect(verdict(model, after)).not.toBe('pass');
  };

  it('S5 a number that is missing, null, NaN, infinite or text never makes a pass', () => {
    fc.assert(
      fc.property(
        policy,
        evidence,
        fc.nat(),
        fc.constantFrom(undefined, null, Number.NaN, Infinity, -Infinity, '1', ''),
        (model, measured, index, nothing) => {
          const all = places(measured);
          const path = all[index % all.length];
          const after = replaced(measured, path, nothing);
          never(model, measured, after);
        },
      ),
      { numRuns: 1500, seed: 3 },
    );
  });

  it('S5 a comparison, slice or part that is missing never makes a pass', () => {
    fc.assert(
      fc.property(
        policy,
        evidence,
        fc.nat(),
        fc.constantFrom('comparisons', 'slices', 'slice_columns'),
        (model, measured, index, part) => {
          const kept = [...measured[part]];
          kept.splice(index % kept.length, 1);
          never(model, measured, { ...measured, [part]: kept });
          never(model, measured, { ...measured, champion: null });
          never(model, measured, { ...measured, timing: { ...measured.timing, latency: null } });
        },
      ),
      { numRuns: 500, seed: 4 },
    );
  });

  it('S5 a worse value never makes a pass, nor lets a failed rule off', () => {
    fc.assert(
      fc.property(
        policy,
        evidence,
        fc.nat(),
        fc.double({ min: 1e-6, max: 1, noNaN: true }),
        (model, measured, index, loss) => {
          const at = index % measured.comparisons.length;
          const one = measured.comparisons[at];
          const shift = one.better === 'higher' ? -loss : loss;
          const moved = (pair: [number, number] | null): [number, number] | null =>
            pair === null ? null : [pair[0] + shift, pair[1] + shift];
          const worse: Comparison = {
            ...one,
            candidate: { value: (one.candidate.value ?? 0) + shift, interval: moved(one.candidate.interval) },
            difference: (one.difference ?? 0) + shift,
            interval: moved(one.interval),
          };
          const after = { ...measured, comparisons: measured.comparisons.with(at, worse) };
          // An absolute bound may lie on the metric's good side (accuracy at most 0.75): worse is better there.
          const odd = model.evaluate.guardrails.some(
            (rule) =>
              'metric' in rule &&
              rule.metric === one.metric &&
              (one.better === 'higher' ? rule.at_most !== undefined : rule.at_least !== undefined),
          );
          if (odd) return;
          never(model, measured, after);
          if (verdict(model, measured) === 'fail') expect(verdict(model, after)).toBe('fail');
        },
      ),
      { numRuns: 1500, seed: 5 },
    );
  });

  it('S5 more time, memory or bytes never make a pass', () => {
    fc.assert(
      fc.property(policy, evidence, fc.double({ min: 1, max: 100, noNaN: true }), (model, measured, factor) => {
        const after = structuredClone(measured);
        after.candidate.artifact_bytes = Math.ceil(after.candidate.artifact_bytes * factor);
        never(model, measured, after);
        const slower = structuredClone(measured);
        if (slower.timing.latency !== null) slower.timing.latency.single.candidate.p99 *= factor;
        never(model, measured, slower);
        const larger = structuredClone(measured);
        larger.timing.peak_memory_bytes.candidate = (larger.timing.peak_memory_bytes.candidate ?? 0) * factor;
        never(model, measured, larger);
      }),
      { numRuns: 300, seed: 6 },
    );
  });
});
