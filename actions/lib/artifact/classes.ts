import { sameClass } from '#registry/classes.ts';
import { UserError } from '#registry/error.ts';
import type { Model } from '#registry/model.ts';

/**
 * `classes` of artifact.json for a model that is trained on rows with these labels (different ones, ascending): the
 * order that scikit-learn, and whatever encodes labels as it does, gives its probabilities.
 * Null for a regression; and where of two classes the positive one comes first, or is held against several others, since
 * then programs differ in what they put last: the model's own names decide, else the last probability is the positive
 * class's.
 * @throws UserError where there is nothing to tell apart.
 */
export function artifactClasses({ task, data }: Pick<Model, 'task' | 'data'>, labels: readonly string[]) {
  if (task === 'regression') return null;
  const positive = data.positive === undefined ? null : String(data.positive);
  const [only] = labels;
  if (labels.length < 2) {
    throw new UserError(`all training rows have the label ${only}: there is nothing to learn`, {
      fix: 'Train on rows of every class.',
    });
  }
  if (positive === null) return [...labels];
  if (!labels.includes(positive)) {
    throw new UserError(`no training row has the label ${positive}, which data.positive names`, {
      fix: `Correct data.positive in model.yaml, or train on other rows; the labels are ${labels.slice(0, 10).join(', ')}.`,
    });
  }
  return labels.length === 2 && labels[1] === positive ? [...labels] : null;
}

/**
 * Whether a version names the positive class first, as scikit-learn does where that comes first in the alphabet. Where
 * neither of its names is the label's, the last one is positive, as artifact.json has it.
 */
export function isReversed(classes: readonly string[], positive: string): boolean {
  return classes.length === 2 && sameClass(classes[0], positive) && !sameClass(classes[1], positive);
}

/** The probability of the positive class, from that of the last one. */
export function positiveScores(score: Float64Array, classes: readonly string[] | null, positive: string): Float64Array {
  return classes !== null && isReversed(classes, positive) ? score.map((probability) => 1 - probability) : score;
}
