import { describe, expect, it } from 'vitest';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import { nextStep } from '../../../bot/decide/next-step.ts';
import type { Judged } from '../../../bot/decide/state.ts';
import { comparisonOf, evaluationOf } from '../../fixtures/evaluation.ts';
import { anywhere, flightModel } from '../../fixtures/model.ts';
import { pullOf, runOf } from './snapshot.ts';

function next(evaluation: Evaluation, model = flightModel()): string {
  const verdict = judge(model, evaluation, anywhere);
  const about = { kind: 'judged', run: runOf(), digest: 'd'.repeat(64), policy: 'base' } as const;
  const state: Judged = { ...about, evaluation, verdict, doubts: [], linesOfHead: true, proposed: null };
  return nextStep(pullOf(), state);
}
const replaced = (edits: Partial<Record<string, ReturnType<typeof comparisonOf>>>, rest: Partial<Evaluation> = {}) =>
  evaluationOf({
    comparisons: evaluationOf().comparisons.map((one) => (one.slice === null ? (edits[one.metric] ?? one) : one)),
    ...rest,
  });
/** Rises by 0.002 with a standard error of 0.0055: between a loss of 0.005 and none. */
const open = comparisonOf('log_loss', 0.44, 0.442, 0.0055);
const benchmark = evaluationOf().benchmark;

describe('what would settle an inconclusive verdict', () => {
  it('is told in the unit that is independent, in rows and in days, as an estimate', () => {
    const evaluation = replaced({ log_loss: open });
    const finding = judge(flightModel(), evaluation, anywhere).findings.find(({ name }) => name === 'log_loss');
    // scipy: ((t.ppf(.975, 29) + t.ppf(.8, 29)) * 0.0055 / 0.003)**2 * 30 = 847.67
    expect(finding?.settle?.count).toBe(848);
    expect(next(evaluation)).toBe(
      'about 818 more independent clusters (`date::DATE`) in the benchmark (about 13,000,000 rows, or about 820 days like those that it has) would decide log_loss, if it is as measured; this is an estimate, by errors that shrink with the square root of the number.',
    );
  });

  it('is told in rows where each of them is independent', () => {
    const model = flightModel();
    delete model.data.cluster;
    const comparisons = evaluationOf().comparisons.map((one) => ({
      ...(one.metric === 'log_loss' ? open : one),
      clusters: null,
    }));
    const slices = evaluationOf().slices.map((one) => ({ ...one, clusters: null }));
    const plain = evaluationOf({
      comparisons,
      slices,
      benchmark: { ...benchmark, clusters: null, cluster: null, start: null },
    });
    expect(next(plain, model)).toMatch(
      /^about 13,000,000 more rows in the benchmark would decide log_loss, if it is as measured;/,
    );
  });

  it('is for the rule that needs most where several are open', () => {
    const recall = comparisonOf('recall', 0.453, 0.452, 0.008);
    expect(next(replaced({ log_loss: open, recall }))).toMatch(/^about 818 more .* would decide log_loss, recall, if/);
  });

  it('promises nothing of a rule that lies on its limit', () => {
    const near = comparisonOf('log_loss', 0.44, 0.44499999, 0.0055);
    expect(next(replaced({ log_loss: near }))).toBe(
      'more data would hardly decide log_loss, so close to its limit it lies.',
    );
  });

  it('promises nothing of what was not measured, nor of doubts about the data', () => {
    const blank = { ...open, difference: null, interval: null };
    expect(next(replaced({ log_loss: blank }))).toBe('see above why log_loss could not be decided.');
    const stale = { data_findings: [{ check: 'stale' as const, sentence: 'It is old.' }] };
    expect(next(replaced({}, stale))).toBe(
      'clear up what is said above of the data and the evidence, and run the workflow again.',
    );
    expect(next(replaced({ log_loss: open }, stale))).toMatch(/^about 818 more .*; clear up what is said above/);
  });
});
