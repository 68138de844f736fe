import { meanMetric } from '../mean.ts';
import type { MulticlassPredictions } from '../metric.ts';
import { parameter } from '../params.ts';

/**
 * Among equal probabilities the later class ranks first, as in scikit-learn (a reversed stable sort). Where k reaches the
 * number of classes every row is a hit, which tells nothing: undefined (scikit-learn warns and says 1).
 */
export const metric = meanMetric<MulticlassPredictions>({
  name: 'top_k_accuracy',
  task: 'multiclass_classification',
  better: 'higher',
  description: 'Share of the rows whose true class is among the `k` most probable ones.',
  params: { k: 2 },
  step: ({ rows }) => 1 / rows,
  fill({ rows, classes, label, score }, params, each) {
    const k = parameter(params, 'k', { low: 1, whole: true });
    for (let i = 0, at = 0; i < rows; i++, at += classes) {
      const truth = label[i];
      const own = score[at + truth];
      let ahead = 0;
      for (let c = 0; c < truth; c++) if (score[at + c] > own) ahead++;
      for (let c = truth + 1; c < classes; c++) if (score[at + c] >= own) ahead++;
      each[i] = k >= classes ? Number.NaN : ahead < k ? 1 : 0;
    }
  },
});
