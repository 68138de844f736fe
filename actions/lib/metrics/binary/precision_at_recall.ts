import { thresholdMetric } from '../threshold-metric.ts';

export const metric = thresholdMetric({
  name: 'precision_at_recall',
  description:
    'Highest precision over the thresholds whose recall is at least `recall`; it looks for the threshold on the benchmark.',
  given: 'recall',
  none: Number.NaN,
});
