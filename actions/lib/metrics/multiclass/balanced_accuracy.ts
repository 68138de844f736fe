import { classMetric } from '../class-metric.ts';

/** As scikit-learn does, it leaves out the classes that no row has. */
export const metric = classMetric({
  name: 'balanced_accuracy',
  description: 'Recall averaged over the classes that occur among the labels.',
  at({ hit, support }, by) {
    let present = 0;
    for (const each of support) if (each > 0) present++;
    if (present < 2) return Number.NaN;
    let value = 0;
    for (let c = 0; c < hit.length; c++) {
      if (support[c] === 0) continue;
      const recall = hit[c] / support[c];
      value += recall / present;
      by.hit[c] = 1 / support[c] / present;
      by.support[c] = -recall / support[c] / present;
    }
    return value;
  },
});
