import type { Metric } from '#lib/metrics/metric.ts';
import { binaryPredictions } from '#lib/metrics/predictions.ts';
import { ranking } from '#lib/metrics/ranking.ts';
import { UserError } from '#registry/error.ts';
import type { MetricParams } from '#registry/metric.ts';

/** Of two classes: probabilities of the positive one, beside the truth (1 or 0). */
export interface Decided {
  label: Uint8Array;
  score: Float64Array;
  weight: Float64Array | null;
}

/**
 * The threshold at which a metric of decisions is largest over these rows. Every way to part the rows by their score is
 * tried; the threshold lies half-way between the two scores that it parts, so that the last bit of a score, which may
 * differ on another machine, decides nothing. Of equals the highest is taken.
 * @throws UserError where the metric is defined at none.
 */
export function fitThreshold({ label, score, weight }: Decided, metric: Metric, params: MetricParams): number {
  const { ofCells } = metric;
  if (ofCells === undefined) throw new Error(`${metric.name} does not depend on a threshold`);
  const ranked = ranking(binaryPredictions({ label, score, threshold: 0.5, weight }));
  const { row, end, positive, negative } = ranked;
  let best = Number.NaN;
  let threshold = Number.NaN;
  let [truePositive, falsePositive] = [0, 0];
  for (let g = end.length - 1, k = row.length - 1; g >= 0; g--) {
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
    const value = ofCells(cells, params);
    if (Number.isNaN(value) || value <= best) continue;
    best = value;
    const below = g === 0 ? 0 : score[row[end[g - 1] - 1]];
    threshold = (score[row[end[g] - 1]] + below) / 2;
  }
  if (Number.isNaN(threshold)) {
    throw new UserError(`no threshold makes ${metric.name} largest: it is not defined on the validation rows`, {
      fix: 'Set train.decision.threshold in model.yaml to a number, or validate on rows of both classes.',
    });
  }
  return threshold;
}
