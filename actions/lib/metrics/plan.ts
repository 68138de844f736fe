import type { MetricParams } from '#registry/metric.ts';
import { metricLabel } from '#registry/metric.ts';
import type { EvaluatePolicy, MetricRule } from '#registry/model.ts';
import type { Metric, Predictions } from './metric.ts';

/** A metric with all of its parameters. */
export interface Planned<P extends Predictions> {
  metric: Metric<P>;
  params: MetricParams;
}

/** What to measure: every metric of the task that has defaults for its parameters, and each rule's own parameters. */
export function planMetrics<P extends Predictions>(
  metrics: readonly Metric<P>[],
  policy: EvaluatePolicy,
): Planned<P>[] {
  const planned = new Map<string, Planned<P>>();
  const add = (metric: Metric<P>, given: MetricParams) => {
    const params = fillParams(metric, given);
    if (params !== null) planned.set(metricLabel(metric.name, params), { metric, params });
  };
  for (const metric of metrics) add(metric, {});
  for (const rule of metricRules(policy)) {
    const metric = metrics.find(({ name }) => name === rule.metric);
    if (metric !== undefined) add(metric, rule.params);
  }
  return [...planned.values()];
}

/** The given parameters with the metric's defaults; null where one that has no default is not given. */
export function fillParams(metric: Metric, given: MetricParams): MetricParams | null {
  const params: MetricParams = {};
  for (const [name, fallback] of Object.entries(metric.params)) {
    const value = given[name] ?? fallback;
    if (value === null) return null;
    params[name] = value;
  }
  return params;
}

function metricRules(policy: EvaluatePolicy): MetricRule[] {
  return [policy.primary, ...policy.guardrails.filter((rule) => 'metric' in rule)];
}
