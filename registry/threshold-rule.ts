import { type Better, MetricParams } from './metric.ts';
import type { ThresholdRule } from './model.ts';

/** The metric that a threshold makes best, which way that is, and what the rule says of its parameters. */
export interface FittedMetric {
  name: string;
  better: Better;
  params: MetricParams;
}

/** What a rule asks for. One that names no metric, or two, is refused when model.yaml is read. */
export function fittedMetric({ max, min, ...params }: ThresholdRule): FittedMetric {
  return { name: max ?? min ?? '', better: max === undefined ? 'lower' : 'higher', params: MetricParams.parse(params) };
}
