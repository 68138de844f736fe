import { classMetric } from './class-metric.ts';
import type { Metric, MulticlassPredictions } from './metric.ts';

type Of = 'precision' | 'recall' | 'f1';
type Average = 'macro' | 'micro' | 'weighted';

const MEANS: Record<Average, string> = {
  macro: 'averaged over the classes that occur in labels or predictions',
  micro: 'of all classes together, which is the accuracy',
  weighted: 'averaged over the classes by their weight among the labels',
};
const KINDS: Record<Of, string> = { precision: 'Precision', recall: 'Recall', f1: 'F1' };

/**
 * Precision, recall or F1 of each class against the rest, averaged as scikit-learn's `average` says. A class that is in
 * neither labels nor predictions is left out. Where a class that counts has no precision (never predicted) or no recall
 * (never a label), the average is undefined; scikit-learn warns and takes 0.
 */
export function averaged(of: Of, average: Average): Metric<MulticlassPredictions> {
  return classMetric({
    name: `${of}_${average}`,
    description: `${KINDS[of]}, ${MEANS[average]}.`,
    at({ hit, support, predicted, total }, by) {
      const classes = hit.length;
      if (average === 'micro') {
        let hits = 0;
        for (const each of hit) hits += each;
        by.hit.fill(1 / total);
        by.support.fill(-hits / total / total);
        return hits / total;
      }
      let present = 0;
      for (let c = 0; c < classes; c++) if (support[c] + predicted[c] > 0) present++;
      let value = 0;
      for (let c = 0; c < classes; c++) {
        const share = average === 'macro' ? 1 / present : support[c] / total;
        if (support[c] + predicted[c] === 0 || share === 0) continue;
        const whole =
          of === 'precision' ? predicted[c] : of === 'recall' ? support[c] : (support[c] + predicted[c]) / 2;
        const score = hit[c] / whole;
        value += share * score;
        by.hit[c] = share / whole;
        const ofWhole = (-share * score) / whole;
        if (of !== 'recall') by.predicted[c] = of === 'f1' ? ofWhole / 2 : ofWhole;
        if (of !== 'precision') by.support[c] = of === 'f1' ? ofWhole / 2 : ofWhole;
        if (average === 'weighted') by.support[c] += score / total;
      }
      // The shares of the weighted average have the total weight below the line.
      if (average === 'weighted') for (let c = 0; c < classes; c++) by.support[c] -= value / total;
      return present === 0 ? Number.NaN : value;
    },
  });
}
