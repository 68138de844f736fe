import { binaryMetrics, multiclassMetrics, regressionMetrics } from '#lib/metrics/catalogue.generated.ts';
import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import { planMetrics } from '#lib/metrics/plan.ts';
import { binaryPredictions, multiclassPredictions, regressionPredictions } from '#lib/metrics/predictions.ts';
import { shortLabel } from '#registry/metric.ts';
import type { Model } from '#registry/model.ts';
import type { HeldOutScores } from './score.ts';

/**
 * What a model scores on the rows that it was not fitted on: every metric that evaluation would show, by the name and
 * parameters that the policy gives it. A metric that is not defined there (one class only) is left out.
 */
export function validationMetrics(
  model: Pick<Model, 'task' | 'evaluate'>,
  held: HeldOutScores,
  threshold: number,
): Record<string, number> {
  const { score, weight } = held;
  switch (model.task) {
    case 'binary_classification': {
      const label = new Uint8Array(held.label);
      return measured(model, binaryMetrics, binaryPredictions({ label, score, threshold, weight }));
    }
    case 'multiclass_classification': {
      const label = new Int32Array(held.label);
      const classes = held.classes?.length ?? 0;
      return measured(model, multiclassMetrics, multiclassPredictions({ label, score, classes, weight }));
    }
    case 'regression': {
      const label = new Float64Array(held.label);
      return measured(model, regressionMetrics, regressionPredictions({ label, score, weight }));
    }
  }
}

function measured<P extends Predictions>(
  { evaluate }: Pick<Model, 'evaluate'>,
  metrics: readonly Metric<P>[],
  predictions: P,
): Record<string, number> {
  const found: Record<string, number> = {};
  for (const { metric, params } of planMetrics(metrics, evaluate)) {
    const value = metric.measure(predictions, params);
    if (Number.isFinite(value)) found[shortLabel(metric, metric.name, params)] = value;
  }
  return found;
}
