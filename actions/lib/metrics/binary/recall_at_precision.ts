import { thresholdMetric } from '../threshold-metric.ts';

export const metric = thresholdMetric({
  name: 'recall_at_precision',
  description:
    'Highest recall over the thresholds whose precision is at least `precision` (0 where there is none); it looks for the threshold on the benchmark.',
  given: 'precision',
  none: 0,
});
