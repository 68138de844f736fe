import { classMetric } from '../class-metric.ts';

export const metric = classMetric({
  name: 'accuracy',
  description: 'Share of the rows whose most probable class is the true one.',
  at({ hit, total }, by) {
    let hits = 0;
    for (const each of hit) hits += each;
    by.hit.fill(1 / total);
    by.support.fill(-hits / total / total);
    return hits / total;
  },
});
