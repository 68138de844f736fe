import { describe, expect, it } from 'vitest';
import { seedNoiseSentence } from '#registry/markdown/evaluation/seed-noise.ts';
import { comparisonOf, evaluationOf, subjectOf } from '../../fixtures/evaluation.ts';

const noise = (standardDeviation: number, seeds = 5, metric = 'roc_auc') => ({
  seed_noise: { metric, standard_deviation: standardDeviation, seeds },
});
const comparisons = [comparisonOf('roc_auc', 0.64, 0.67, 0.01)];
const champion = subjectOf({ digest: 'a'.repeat(64), version: '1.4.0' });

/**
 * t of 4 degrees of freedom at 0.975 is 2.7764, of 1 degree 12.706 (tables of Student's t, e.g. Fisher & Yates 1963):
 * two seeds of a standard deviation s differ by up to t · √2 · s.
 */
describe('the seed noise', () => {
  it('is named beside a difference that is smaller, or larger', () => {
    const smaller = seedNoiseSentence(evaluationOf({ comparisons, champion, candidate: subjectOf(noise(0.01)) }));
    expect(smaller).toContain('The difference in roc_auc, +0.0300, is smaller than the seed noise');
    expect(smaller).toContain('trained with 5 seeds, the candidate’s has a standard deviation of 0.0100');
    expect(smaller).toContain('two seeds alone make up to 0.0393 of difference');
    const larger = seedNoiseSentence(evaluationOf({ comparisons, champion, candidate: subjectOf(noise(0.001)) }));
    expect(larger).toContain('is larger than the seed noise');
    expect(larger).toContain('up to 0.00393');
  });

  it('of the champion counts where it is known, and few seeds tell little', () => {
    const both = evaluationOf({
      comparisons,
      champion: { ...champion, ...noise(0.03) },
      candidate: subjectOf(noise(0.04)),
    });
    expect(seedNoiseSentence(both)).toContain('up to 0.139');
    const two = evaluationOf({ comparisons, champion, candidate: subjectOf(noise(0.002, 2)) });
    expect(seedNoiseSentence(two)).toContain('smaller than the seed noise');
    expect(seedNoiseSentence(two)).toContain('up to 0.0359');
  });

  it('is not named where nobody measured it, or there is no difference', () => {
    const candidate = subjectOf(noise(0.01));
    expect(seedNoiseSentence(evaluationOf({ comparisons, champion }))).toBe(null);
    expect(seedNoiseSentence(evaluationOf({ comparisons, champion: null, candidate }))).toBe(null);
    expect(seedNoiseSentence(evaluationOf({ comparisons: [], champion, candidate }))).toBe(null);
    expect(seedNoiseSentence(evaluationOf({ comparisons, champion, candidate, self_test: true }))).toBe(null);
  });
});
