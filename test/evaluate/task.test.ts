import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { Evaluation } from '#registry/evidence/evaluation.ts';
import type { Task } from '#registry/metric.ts';
import { parseModel } from '#registry/parse-model.ts';
import type { Benchmark } from '../../actions/evaluate/benchmark.ts';
import { halvesOf, type Scores, slicesOf } from '../../actions/evaluate/task.ts';
import { CLASSES, modelDocument } from '../fixtures/repository.ts';

/** The parts of the evidence that are measured, as the strict schema has them; NaN would be null there, and refused. */
const Measured = Evaluation.pick({
  comparisons: true,
  slices: true,
  slice_columns: true,
  fairness: true,
  calibration: true,
  confusion: true,
  curves: true,
  flips: true,
});

interface Case {
  task: Task;
  label: number[];
  candidate: number[];
  champion: number[] | null;
  weight?: number[] | null | undefined;
  clusters?: number[] | null | undefined;
  /** Group of each row. */
  group?: number[];
}

const WIDTH = { binary_classification: 1, multiclass_classification: 3, regression: 1 };

/** Measures without processes: arrays in, parts of the evidence out, through JSON and the schema. */
function measured({ task, label, candidate, champion, weight = null, clusters = null, group }: Case) {
  const document = modelDocument(task);
  document.evaluate.slices = { columns: ['city'], pairs: false, max_loss: 0.01, min_rows: 1, min_per_class: 1 };
  if (task === 'binary_classification') document.evaluate.protected = ['sex'];
  const { model } = parseModel(stringify(document), 'model.yaml');
  const codes = Int32Array.from(group ?? label.map((_, i) => i % 2));
  const slice = (column: string) => ({
    columns: [column],
    keys: [...new Set(codes)].toSorted((a, b) => a - b).map((code) => [{ column, value: String(code) }]),
    codes,
  });
  const benchmark: Benchmark = {
    rows: label.length,
    label: Float64Array.from(label),
    weight: weight === null ? null : Float64Array.from(weight),
    clusters: clusters === null ? null : Int32Array.from(clusters),
    clusterCount: clusters === null ? null : new Set(clusters).size,
    slices: task === 'binary_classification' ? [slice('city'), slice('sex')] : [slice('city')],
    digest: '0'.repeat(64),
    start: null,
    end: null,
    overlaps: [],
  };
  const scores: Scores = {
    candidate: Float64Array.from(candidate),
    champion: champion === null ? null : Float64Array.from(champion),
    compared: champion !== null,
    thresholds: { candidate: 0.5, champion: 0.5 },
    classes: task === 'regression' ? null : task === 'binary_classification' ? ['no', 'yes'] : CLASSES,
    finite: null,
    notFinite: 0,
  };
  const settings = { confidence: 0.95, seed: 1, identical: false };
  const halves = halvesOf({ model, benchmark, scores, slices: slicesOf({ model, benchmark }), settings });
  const comparisons = halves.whole(() => {});
  const { examples, ...parts } = halves.parts();
  parts.comparisons.unshift(...comparisons);
  return { examples, ...Measured.parse(JSON.parse(JSON.stringify(parts))) };
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const alternate = range(40).map((i) => i % 2);
const spread = range(40).map((i) => ((i * 37) % 41) / 41);

describe('what is strange but allowed gives evidence that its schema accepts', () => {
  const cases: [string, Case][] = [
    ['one row', { task: 'binary_classification', label: [1], candidate: [0.7], champion: [0.2], group: [0] }],
    ['two rows', { task: 'binary_classification', label: [1, 0], candidate: [0.7, 0.7], champion: [0.2, 0.3] }],
    [
      'one class',
      {
        task: 'binary_classification',
        label: alternate.map(() => 1),
        candidate: spread,
        champion: spread.toReversed(),
      },
    ],
    [
      'one positive row',
      {
        task: 'binary_classification',
        label: range(40).map((i) => Number(i === 7)),
        candidate: spread,
        champion: spread.toReversed(),
      },
    ],
    [
      'constant predictions',
      {
        task: 'binary_classification',
        label: alternate,
        candidate: alternate.map(() => 0.5),
        champion: alternate.map(() => 0.2),
      },
    ],
    [
      'probabilities of 0 and 1, all wrong',
      { task: 'binary_classification', label: alternate, candidate: alternate.map((y) => 1 - y), champion: alternate },
    ],
    [
      'one group',
      {
        task: 'binary_classification',
        label: alternate,
        candidate: spread,
        champion: spread,
        group: alternate.map(() => 0),
      },
    ],
    [
      'a group for each row',
      { task: 'binary_classification', label: alternate, candidate: spread, champion: null, group: range(40) },
    ],
    [
      'one cluster',
      {
        task: 'binary_classification',
        label: alternate,
        candidate: spread,
        champion: spread.toReversed(),
        clusters: alternate.map(() => 0),
      },
    ],
    [
      'weights far apart',
      {
        task: 'binary_classification',
        label: alternate,
        candidate: spread,
        champion: spread.toReversed(),
        weight: range(40).map((i) => (i === 0 ? 1e300 : 1e-300)),
      },
    ],
    [
      'a class that is absent',
      {
        task: 'multiclass_classification',
        label: alternate,
        candidate: alternate.flatMap((y) => [y, 0, 1 - y]),
        champion: alternate.flatMap(() => [0.3, 0.3, 0.4]),
      },
    ],
    ['labels that are all one', { task: 'regression', label: spread.map(() => 3), candidate: spread, champion: null }],
    [
      'labels of zero',
      { task: 'regression', label: spread.map(() => 0), candidate: spread, champion: spread.toReversed() },
    ],
    [
      'labels near the largest number',
      { task: 'regression', label: spread.map((x) => x * 1e308), candidate: spread, champion: spread.toReversed() },
    ],
    [
      'labels near the smallest number',
      { task: 'regression', label: spread.map((x) => x * 1e-310), candidate: spread, champion: spread.toReversed() },
    ],
    ['a perfect candidate', { task: 'regression', label: spread, candidate: spread, champion: spread.toReversed() }],
  ];

  it.each(cases)('%s', (_, one) => {
    const { comparisons } = measured(one);
    expect(comparisons.filter(({ slice }) => slice === null).length).toBeGreaterThan(5);
    for (const { interval, difference, candidate, champion } of comparisons) {
      if (interval !== null) expect(interval[0]).toBeLessThanOrEqual(interval[1]);
      if (difference === null) expect(interval).toBeNull();
      else expect(difference).toBe(Number(candidate.value) - Number(champion?.value));
    }
  });
});

/** Two versions over a few dozen rows, with ties, weights and clusters. */
const anyCase = (task: Task): fc.Arbitrary<Case & { champion: number[] }> =>
  fc.integer({ min: 8, max: 30 }).chain((rows) => {
    const list = <T>(of: fc.Arbitrary<T>, length = rows) => fc.array(of, { minLength: length, maxLength: length });
    const tenth = fc.integer({ min: 0, max: 10 }).map((n) => n / 10);
    const third = fc.constantFrom([0.2, 0.3, 0.5], [0.6, 0.3, 0.1], [1, 0, 0], [0.25, 0.5, 0.25]);
    const predictions = task === 'multiclass_classification' ? list(third).map((rowsOf) => rowsOf.flat()) : list(tenth);
    const label = {
      binary_classification: [0, 1],
      multiclass_classification: [0, 1, 2],
      regression: [0.1, 0.5, 2, -3],
    };
    return fc.record({
      task: fc.constant(task),
      label: list(fc.constantFrom(...label[task])),
      candidate: predictions,
      champion: predictions,
      weight: fc.option(list(fc.constantFrom(0.5, 1, 4))),
      clusters: fc.option(fc.constant(range(rows).map((i) => i % 5))),
      group: list(fc.constantFrom(0, 1)),
    });
  });

describe.each(['binary_classification', 'multiclass_classification', 'regression'] as const)(
  'measuring a %s',
  (task) => {
    const close = (a: number | null | undefined, b: number | null | undefined, what: string) => {
      if (a === null || a === undefined || b === null || b === undefined) expect(a ?? null, what).toBe(b ?? null);
      else expect(Math.abs(a - b), `${what}: ${a}, ${b}`).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(a)));
    };

    it('the other way round turns the signs', () => {
      fc.assert(
        fc.property(anyCase(task), (one) => {
          const there = measured(one);
          const back = measured({ ...one, candidate: one.champion, champion: one.candidate });
          expect(back.comparisons.length).toBe(there.comparisons.length);
          there.comparisons.forEach((a, i) => {
            const b = back.comparisons[i];
            expect([b.metric, b.slice]).toEqual([a.metric, a.slice]);
            if (a.difference !== null) expect(b.method).toBe(a.method);
            close(a.difference, b.difference === null ? null : -b.difference, a.metric);
            expect(a.candidate).toEqual(b.champion);
            if (a.method.startsWith('bootstrap')) return;
            close(a.interval?.[0], b.interval === null ? null : -b.interval[1], `${a.metric}, lower end`);
            close(a.standard_error, b.standard_error, `${a.metric}, standard error`);
          });
          expect(back.flips?.fixed).toBe(there.flips?.broken);
          expect(back.confusion?.candidate).toEqual(there.confusion?.champion);
        }),
        { seed: 1, numRuns: 20 },
      );
    });

    it('in another order of rows gives the same numbers', () => {
      fc.assert(
        fc.property(anyCase(task), fc.integer({ min: 1, max: 7 }), (one, turn) => {
          const order = range(one.label.length).toSorted((a, b) => ((a * 7 + turn) % 31) - ((b * 7 + turn) % 31));
          const move = (list: readonly number[], width = 1) =>
            order.flatMap((i) => list.slice(i * width, (i + 1) * width));
          const moveIf = (list: readonly number[] | null = null) => (list === null ? null : move(list));
          const moved: Case = {
            task,
            label: move(one.label),
            candidate: move(one.candidate, WIDTH[task]),
            champion: move(one.champion, WIDTH[task]),
            weight: moveIf(one.weight),
            clusters: moveIf(one.clusters),
            group: move(one.group ?? []),
          };
          const before = measured(one);
          const after = measured(moved);
          before.comparisons.forEach((a, i) => {
            const b = after.comparisons[i];
            expect([b.metric, b.slice]).toEqual([a.metric, a.slice]);
            close(a.difference, b.difference, a.metric);
            close(a.candidate.value, b.candidate.value, a.metric);
            if (a.method.startsWith('bootstrap')) return;
            close(a.interval?.[0], b.interval?.[0], `${a.metric}, lower end`);
            close(a.interval?.[1], b.interval?.[1], `${a.metric}, upper end`);
          });
          before.fairness.forEach(({ measures }, i) => {
            measures.forEach((a, j) =>
              close(a.candidate.value, after.fairness[i].measures[j].candidate.value, a.measure),
            );
          });
          expect(after.flips?.fixed).toBe(before.flips?.fixed);
        }),
        { seed: 1, numRuns: 20 },
      );
    });
  },
);
