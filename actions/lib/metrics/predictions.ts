import type { BinaryPredictions, MulticlassPredictions, RegressionPredictions } from './metric.ts';
import { ascending } from './radix.ts';

/** What a constructor takes: the fields of the predictions without those that follow from them. */
type BinaryColumns = Pick<BinaryPredictions, 'label' | 'score' | 'threshold' | 'weight'>;
type MulticlassColumns = Pick<MulticlassPredictions, 'label' | 'score' | 'classes' | 'weight'>;
type RegressionColumns = Pick<RegressionPredictions, 'label' | 'score' | 'weight'>;

/**
 * Predictions of a binary classifier. `order` gives the rows by ascending score where that is already known; otherwise
 * they are sorted on first use.
 */
export function binaryPredictions(
  { label, score, threshold, weight }: BinaryColumns,
  order: () => Uint32Array = () => ascending(score),
): BinaryPredictions {
  let known: Uint32Array | undefined;
  return {
    task: 'binary_classification',
    rows: label.length,
    label,
    score,
    threshold,
    weight,
    order() {
      known ??= order();
      return known;
    },
  };
}

/** Predictions of a classifier with K classes; `score` has rows × K entries, row-major. */
export function multiclassPredictions({ label, score, classes, weight }: MulticlassColumns): MulticlassPredictions {
  return { task: 'multiclass_classification', rows: label.length, classes, label, score, weight };
}

/** Predictions of a regression, in the unit of the label. */
export function regressionPredictions({ label, score, weight }: RegressionColumns): RegressionPredictions {
  return { task: 'regression', rows: label.length, label, score, weight };
}
