import type { MetricFacts } from '#registry/metric.ts';
import type { BinaryPredictions, Metric } from './metric.ts';
import { type Ranking, ranking } from './ranking.ts';

/** Rows that each class must have: with 4 positive rows the intervals of such metrics covered 89 % (test/simulation). */
export const MINIMUM_PER_CLASS = 20;

/** What sets apart one metric of the order of the scores: how the rows of one class rank among those of the other. */
interface RankMetric extends Pick<MetricFacts, 'name' | 'description'> {
  /** The value where both classes have weight; fills the influence values where they are asked for. */
  at(this: void, ranking: Ranking, influence?: Float64Array): number;
  /** See Metric. */
  bias?(this: void, ranking: Ranking): number;
}

/** A metric of the order of the scores; undefined where a class has no weight. */
export function rankMetric({ at, bias, ...facts }: RankMetric): Metric<BinaryPredictions> {
  return {
    ...facts,
    task: 'binary_classification',
    better: 'higher',
    relative: true,
    params: {},
    smooth: true,
    rootN: true,
    minimumPerClass: MINIMUM_PER_CLASS,
    range: [0, 1],
    thresholdFromBenchmark: false,
    ...(bias === undefined ? {} : { bias: (predictions: BinaryPredictions) => bias(ranking(predictions)) }),
    measure(predictions, _params, influence) {
      const ranked = ranking(predictions);
      if (ranked.positive > 0 && ranked.negative > 0) return at(ranked, influence);
      influence?.fill(Number.NaN);
      return Number.NaN;
    },
  };
}
