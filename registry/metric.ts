import { z } from 'zod';

/** What a model predicts. */
export const Task = z.enum(['binary_classification', 'multiclass_classification', 'regression']);
export type Task = z.infer<typeof Task>;

/** Which way a metric runs. */
export const Better = z.enum(['higher', 'lower']);
export type Better = z.infer<typeof Better>;

/** The parameters of a metric that has any, for example `{ recall: 0.8 }` of `precision_at_recall`. */
export const MetricParams = z.record(z.string(), z.number());
export type MetricParams = z.infer<typeof MetricParams>;

/** What the rules need to know of a metric; its computation is in `actions/lib/metrics/<name>.ts`. */
export interface MetricFacts {
  name: string;
  task: Task;
  better: Better;
  /** One line for the reference table: what it measures and how it is defined. */
  description: string;
  /**
   * False for a metric that can't be a relative guardrail: its difference has no usable interval (`max_error`), or no
   * better side (`positive_rate`).
   */
  relative: boolean;
  /** Whether it depends on a version's decision threshold, and on no probability besides. */
  thresholded?: boolean;
  /** Whether it looks for the best threshold itself, on the rows that it is measured on. */
  thresholdFromBenchmark?: boolean;
  /** Names of its parameters with their defaults; `null` where the policy must give the value. */
  params: Record<string, number | null>;
}

/** One spelling for a metric with its parameters: `roc_auc`, `precision_at_recall(recall=0.8)`. */
export function metricLabel(name: string, params: MetricParams): string {
  const entries = Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? name : `${name}(${entries.map(([key, value]) => `${key}=${value}`).join(', ')})`;
}

/** As `metricLabel`, without the parameters that have their default: `expected_calibration_error`. */
export function shortLabel(facts: MetricFacts | undefined, name: string, params: MetricParams): string {
  const entries = Object.entries(params).filter(([key, value]) => facts?.params[key] !== value);
  return metricLabel(name, Object.fromEntries(entries));
}
