import { binaryMetrics } from '#lib/metrics/catalogue.generated.ts';
import type { BinaryPredictions, CellWeights } from '#lib/metrics/metric.ts';
import { fillParams, type Planned } from '#lib/metrics/plan.ts';
import { binaryPredictions } from '#lib/metrics/predictions.ts';
import { ranking } from '#lib/metrics/ranking.ts';
import { UserError } from '#registry/error.ts';
import { metricLabel } from '#registry/metric.ts';
import type { Model } from '#registry/model.ts';
import { fittedMetric } from '#registry/threshold-rule.ts';

/** Of two classes: probabilities of the positive one, beside the truth (1 or 0). */
export interface Decided {
  label: Uint8Array;
  score: Float64Array;
  weight: Float64Array | null;
}

/** A metric with all of its parameters, to be made best. */
export type ThresholdMetric = Planned<BinaryPredictions>;

/**
 * What the threshold of a model is fitted to; null where it is not fitted.
 * @throws UserError for a parameter that the metric does not take.
 */
export function thresholdMetric(model: Pick<Model, 'task' | 'train'>): ThresholdMetric | null {
  const rule = model.train?.decision?.threshold;
  if (model.task !== 'binary_classification' || typeof rule !== 'object') return null;
  const { name, params: given } = fittedMetric(rule);
  const metric = binaryMetrics.find((one) => one.name === name);
  const params = metric === undefined ? null : fillParams(metric, given);
  if (metric === undefined || params === null) throw new Error(`model.yaml was checked, but has ${name}`);
  valueOf({ metric, params }, { truePositive: 1, falsePositive: 1, falseNegative: 1, trueNegative: 1 });
  return { metric, params };
}

function valueOf({ metric, params }: ThresholdMetric, cells: CellWeights): number {
  const value = metric.ofCells?.(cells, params) ?? metric.atThreshold?.(cells, params);
  if (value === undefined) throw new Error(`${metric.name} does not depend on a threshold`);
  return value;
}

/**
 * The threshold at which a metric of decisions is best over these rows. Every way to part the rows by their score is
 * tried; the threshold lies half-way between the two scores that it parts, so that the last bit of a score, which may
 * differ on another machine, decides nothing. Of equals the highest is taken.
 * @throws UserError where the metric is defined at none.
 */
export function fitThreshold({ label, score, weight }: Decided, fitted: ThresholdMetric): number {
  const ranked = ranking(binaryPredictions({ label, score, threshold: 0.5, weight }));
  const { row, end, positive, negative } = ranked;
  const sign = fitted.metric.better === 'higher' ? 1 : -1;
  let best = Number.NaN;
  let threshold = Number.NaN;
  let [truePositive, falsePositive] = [0, 0];
  /** The group of equal scores that is the lowest of those predicted positive; the number of groups where none is. */
  for (let g = end.length, k = row.length - 1; g >= 0; g--) {
    for (const from = g === 0 ? 0 : end[g - 1]; k >= from; k--) {
      const w = ranked.weight === null ? 1 : ranked.weight[k];
      if (ranked.label[k] === 1) truePositive += w;
      else falsePositive += w;
    }
    const cells = {
      truePositive,
      falsePositive,
      falseNegative: Math.max(0, positive - truePositive),
      trueNegative: Math.max(0, negative - falsePositive),
    };
    const value = sign * valueOf(fitted, cells);
    const above = g === end.length ? 1 : score[row[end[g] - 1]];
    const below = g === 0 ? 0 : score[row[end[g - 1] - 1]];
    // Above a probability of 1 there is no threshold that predicts nothing positive.
    if (Number.isNaN(value) || value <= best || (g === end.length && below >= 1)) continue;
    best = value;
    threshold = (above + below) / 2;
  }
  if (Number.isNaN(threshold)) {
    throw new UserError(
      `no threshold makes ${metricLabel(fitted.metric.name, fitted.params)} best: it is not defined on the validation rows`,
      {
        fix: 'Set train.decision.threshold in model.yaml to a number, ask for less, or validate on rows of both classes.',
      },
    );
  }
  return threshold;
}
