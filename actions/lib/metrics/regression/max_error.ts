import type { Metric, RegressionPredictions } from '../metric.ts';

/** An extreme says little about other rows: no claim of coverage, and no relative guardrail. Weights do not matter but for 0. */
export const metric: Metric<RegressionPredictions> = {
  name: 'max_error',
  task: 'regression',
  better: 'lower',
  description: 'Largest |label − prediction|.',
  relative: false,
  params: {},
  smooth: false,
  rootN: false,
  thresholdFromBenchmark: false,
  measure({ rows, label, score, weight }) {
    let most = Number.NaN;
    for (let i = 0; i < rows; i++) {
      const error = Math.abs(label[i] - score[i]);
      if (!(error <= most) && weight?.[i] !== 0) most = error;
    }
    return most;
  },
};
