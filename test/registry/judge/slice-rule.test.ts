import { describe, expect, it } from 'vitest';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import { comparisonOf, evaluationOf } from '../../fixtures/evaluation.ts';
import { anywhere, flightModel } from '../../fixtures/model.ts';

type Row = [difference: number, standardError: number];

/** Evidence with one slice of 1,000 rows for each row, of the column origin. */
function sliced(rows: Row[], change: (evidence: Evaluation) => void = () => undefined): Evaluation {
  const keys = rows.map((_, index) => [{ column: 'origin', value: `A${index}` }]);
  const evidence = evaluationOf({
    slice_columns: [['origin']],
    slices: keys.map((key) => ({ key, rows: 1000, clusters: 30, smallest_class: 200, skipped: null })),
    comparisons: [
      comparisonOf('roc_auc', 0.6, 0.7, 0.001),
      ...rows.map(([difference, error], index) =>
        comparisonOf('roc_auc', 0.7, 0.7 + difference, error, { slice: keys[index], rows: 1000 }),
      ),
    ],
  });
  evidence.benchmark.rows = 1000 * rows.length;
  change(evidence);
  return evidence;
}

const model = flightModel({ guardrails: [], slices: { columns: ['origin'], max_loss: 0.02 } });
const judged = (evidence: Evaluation, by = model) => judge(by, evidence, anywhere);
const finding = (evidence: Evaluation, by = model) =>
  judged(evidence, by).findings.find(({ kind }) => kind === 'slices');

describe('the slice guardrail', () => {
  it('looks at each number a few times, however many slices there are', () => {
    const looksOver = (slices: number) => {
      const evidence = sliced(Array.from({ length: slices }, (_, index): Row => [0.01, 0.004 + index * 1e-6]));
      let looks = 0;
      for (const one of evidence.comparisons) {
        const { metric } = one;
        Object.defineProperty(one, 'metric', { get: () => ((looks += 1), metric) });
      }
      expect(finding(evidence)?.status).toBe('pass');
      return looks;
    };
    expect(looksOver(1000)).toBeLessThan(12 * looksOver(100));
  });

  // p = scipy.stats.t.cdf((d + 0.02) / se, 29); scipy.stats.false_discovery_control(p, method='by') (scipy 1.17.1)
  const rows: Row[] = [
    [-0.029, 0.003],
    [-0.0262, 0.0025],
    [-0.01, 0.004],
    [0.03, 0.005],
  ];

  it('adjusts by Benjamini and Yekutieli', () => {
    const { slices, verdict } = judged(sliced(rows));
    const p = slices?.judged.map((one) => one.p_value ?? Number.NaN) ?? [];
    [0.0229133, 0.0399801, 1, 1].forEach((expected, index) => expect(p[index]).toBeCloseTo(expected, 6));
    expect(slices?.judged.map((one) => one.outcome)).toEqual([
      'loss shown',
      'no loss shown',
      'no loss shown',
      'no loss shown',
    ]);
    // At margin 0: 2.95e-10, 9.4e-11, 0.02545 (just above 0.025), 1.
    expect(slices?.judged.map((one) => one.newly_weak)).toEqual([true, true, false, false]);
    expect(verdict).toBe('fail');
  });

  it('names the clearest loss', () => {
    expect(finding(sliced(rows))?.sentence).toBe(
      'roc_auc lost more than 0.02 in 1 of 4 slices, most clearly in “origin” = “A0” (−0.0290, adjusted p 0.023).',
    );
  });

  it('never calls a slice safe', () => {
    const said = finding(sliced(rows.slice(2)));
    expect(said?.status).toBe('pass');
    expect(said?.sentence).toContain(
      'No loss of roc_auc beyond 0.02 is shown in any of 2 slices, which does not prove them safe',
    );
    expect(said?.sentence).not.toMatch(/\bis safe|are safe/);
  });

  it('only informs where no max_loss is declared', () => {
    const informing = flightModel({ guardrails: [], slices: { columns: ['origin'] } });
    const verdict = judged(sliced(rows), informing);
    expect(verdict.verdict).toBe('pass');
    expect(verdict.slices?.judged[0]).toMatchObject({ newly_weak: true, p_value: null, outcome: 'no loss shown' });
  });

  it.each<[string, (evidence: Evaluation) => void, string]>([
    ['does not hold all rows', (e) => void (e.benchmark.rows += 1), 'hold 2,000 of 2,001 rows'],
    ['is not made', (e) => void (e.slice_columns = []), 'does not slice by “origin”'],
    ['has a slice twice', (e) => void (e.slices[1].key = e.slices[0].key), 'lists a slice of “origin” twice'],
    ['lacks a comparison', (e) => void e.comparisons.pop(), '1 slice that should have been measured was not'],
    [
      'compares other rows',
      (e) => void (e.comparisons[1].rows = 999),
      '1 slice that should have been measured was not',
    ],
    [
      'has no number',
      (e) => void (e.comparisons[1].difference = null),
      '1 slice that should have been measured was not',
    ],
    [
      'has no standard error below zero',
      (e) => void (e.comparisons[1].standard_error = -1),
      'was not, the first of them “origin” = “A0”',
    ],
    [
      'is all too small',
      (e) => e.slices.forEach((slice) => void (slice.smallest_class = 3)),
      'none is large enough to judge; 2 slices were too small',
    ],
    ['is unknown in size', (e) => void (e.slices[0].rows = Number.NaN), 'hold an unknown number'],
  ])('is inconclusive where it %s', (_, change, reason) => {
    const said = finding(sliced(rows.slice(2), change));
    expect(said?.status).toBe('inconclusive');
    expect(said?.sentence).toContain(reason);
  });

  it('lists slices that are too small, by rows, classes and clusters', () => {
    const evidence = sliced([...rows.slice(2), [-0.5, 0.001], [-0.5, 0.001], [-0.5, 0.001]], (e) => {
      e.slices[2].rows = 199;
      e.slices[3].smallest_class = 19;
      e.slices[4].clusters = 19;
      e.benchmark.rows = 4199;
    });
    const verdict = judged(evidence);
    expect(verdict.verdict).toBe('pass');
    expect(verdict.slices?.too_small.map((one) => one.reason)).toEqual([
      '199 rows, 200 needed',
      '19 rows of a class, 20 needed',
      '19 clusters, 20 needed',
    ]);
  });

  it('wants pairs where they are declared', () => {
    const pairs = flightModel({
      guardrails: [],
      slices: { columns: ['origin', 'distance_band'], pairs: true, max_loss: 0.02 },
    });
    expect(finding(evaluationOf(), pairs)?.sentence).toBe(
      'Slices can’t be judged: the evidence does not slice by “origin” and “distance_band”.',
    );
  });

  it('is turned round for a metric of which less is better', () => {
    const losing = flightModel({
      primary: { metric: 'log_loss', max_loss: 1 },
      guardrails: [],
      slices: { columns: ['origin'], max_loss: 0.02 },
    });
    const turned = (sign: number) =>
      sliced([[0.1, 0.001]], (e) => {
        e.comparisons = [
          comparisonOf('log_loss', 0.5, 0.5, 0.001),
          comparisonOf('log_loss', 0.5, 0.5 + 0.1 * sign, 0.001, { slice: e.slices[0].key, rows: 1000 }),
        ];
      });
    expect([finding(turned(1), losing)?.status, finding(turned(-1), losing)?.status]).toEqual(['fail', 'pass']);
  });
});
