import { type Better, shortLabel } from '#registry/metric.ts';
import { metrics } from '#registry/metrics.generated.ts';
import type { Model } from '#registry/model.ts';

/** The primary metric as `validation.metrics` names it, and which way it runs. */
export function primaryMetric({ task, evaluate }: Pick<Model, 'task' | 'evaluate'>): { name: string; better: Better } {
  const { metric, params } = evaluate.primary;
  const facts = metrics.find((one) => one.name === metric && one.task === task);
  if (facts === undefined) throw new Error(`model.yaml was checked, but ${metric} is no metric of ${task}`);
  return { name: shortLabel(facts, metric, params), better: facts.better };
}
