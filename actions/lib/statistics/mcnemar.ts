import type { Predictions } from '#lib/metrics/metric.ts';
import type { Comparison } from '#registry/evidence/evaluation.ts';
import { binomialAtLeast } from '#registry/statistics/binomial.ts';

/**
 * Two-sided exact McNemar test (1947) that two classifiers err equally often: of the rows that only one of them gets
 * right, each falls to either side with probability ½. `fixed` are right under the candidate only, `broken` under the
 * champion only.
 */
export function mcnemar(fixed: number, broken: number): number {
  return Math.min(1, 2 * binomialAtLeast(Math.max(fixed, broken), fixed + broken, 0.5));
}

/** The test on the versions' own predicted classes; null where rows are weighted or there is nothing to compare. */
export function mcnemarOf(champion: Predictions | null, candidate: Predictions): Comparison['mcnemar'] {
  if (champion === null || candidate.weight !== null) return null;
  const before = correct(champion);
  const after = correct(candidate);
  if (before === null || after === null) return null;
  let fixed = 0;
  let broken = 0;
  for (let i = 0; i < candidate.rows; i++) {
    if (after(i) && !before(i)) fixed++;
    else if (before(i) && !after(i)) broken++;
  }
  return { fixed, broken, p_value: mcnemar(fixed, broken) };
}

/** Whether row i is classified rightly; null for a regression. Of equal probabilities the first class is predicted. */
function correct(predictions: Predictions): ((row: number) => boolean) | null {
  switch (predictions.task) {
    case 'binary_classification': {
      const { label, score, threshold } = predictions;
      return (i) => score[i] >= threshold === (label[i] === 1);
    }
    case 'multiclass_classification': {
      const { label, score, classes } = predictions;
      return (i) => {
        let best = 0;
        for (let k = 1; k < classes; k++) if (score[i * classes + k] > score[i * classes + best]) best = k;
        return best === label[i];
      };
    }
    case 'regression':
      return null;
  }
}
