import type { MetricFacts } from '#registry/metric.ts';
import type { BinaryPredictions, Metric } from './metric.ts';
import { parameter } from './params.ts';
import { ranking } from './ranking.ts';

/** What sets apart one metric that is the best point of the precision-recall curve. */
interface ThresholdMetric extends Pick<MetricFacts, 'name' | 'description'> {
  /** What a threshold has to reach, by the policy's parameter of that name; the value is the other one's best. */
  given: 'precision' | 'recall';
  /** The value where no threshold reaches it. */
  none: number;
}

/** The best of all thresholds: the points of scikit-learn's `precision_recall_curve`, every distinct score one of them. */
export function thresholdMetric({ given, none, ...facts }: ThresholdMetric): Metric<BinaryPredictions> {
  const byRecall = given === 'recall';
  return {
    ...facts,
    task: 'binary_classification',
    better: 'higher',
    relative: true,
    params: { [given]: null },
    smooth: false,
    rootN: true,
    range: [0, 1],
    thresholdFromBenchmark: true,
    atThreshold({ truePositive: tp, falsePositive: fp, falseNegative: fn }, params) {
      const [recall, precision] = [tp / (tp + fn), tp / (tp + fp)];
      const reached = (byRecall ? recall : precision) >= parameter(params, given, { low: 0, high: 1 });
      return reached ? (byRecall ? precision : recall) : Number.NaN;
    },
    measure(predictions, params) {
      const { row, label, weight, end, positive } = ranking(predictions);
      const target = parameter(params, given, { low: 0, high: 1 });
      if (!(positive > 0)) return Number.NaN;
      let best = none;
      for (let g = end.length - 1, k = row.length - 1, seen = 0, all = 0; g >= 0; g--) {
        for (const from = g === 0 ? 0 : end[g - 1]; k >= from; k--) {
          const w = weight === null ? 1 : weight[k];
          all += w;
          seen += w * label[k];
        }
        if (all === 0 || !((byRecall ? seen / positive : seen / all) >= target)) continue;
        const value = byRecall ? seen / all : seen / positive;
        if (!(best >= value)) best = value;
      }
      return best;
    },
  };
}
