import type { BinaryPredictions, Metric } from '../metric.ts';
import { parameter } from '../params.ts';
import { ranking } from '../ranking.ts';

/** Read from the points of scikit-learn's `precision_recall_curve`: every distinct score is a threshold. */
export const metric: Metric<BinaryPredictions> = {
  name: 'precision_at_recall',
  task: 'binary_classification',
  better: 'higher',
  description:
    'Highest precision over the thresholds whose recall is at least `recall`; it looks for the threshold on the benchmark.',
  relative: true,
  params: { recall: null },
  smooth: false,
  rootN: true,
  range: [0, 1],
  thresholdFromBenchmark: true,
  measure(predictions, params) {
    const { row, label, weight, end, positive } = ranking(predictions);
    const target = parameter(params, 'recall', { low: 0, high: 1 });
    if (!(positive > 0)) return Number.NaN;
    let best = Number.NaN;
    for (let g = end.length - 1, k = row.length - 1, seen = 0, all = 0; g >= 0; g--) {
      for (const from = g === 0 ? 0 : end[g - 1]; k >= from; k--) {
        const w = weight === null ? 1 : weight[k];
        all += w;
        seen += w * label[k];
      }
      if (seen / positive >= target && all > 0 && !(best >= seen / all)) best = seen / all;
    }
    return best;
  },
};
