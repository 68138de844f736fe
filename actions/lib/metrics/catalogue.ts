import type { Task } from '#registry/metric.ts';
import { binaryMetrics, multiclassMetrics, regressionMetrics } from './catalogue.generated.ts';
import type { Metric } from './metric.ts';

const CATALOGUE: Record<Task, readonly Metric[]> = {
  binary_classification: binaryMetrics,
  multiclass_classification: multiclassMetrics,
  regression: regressionMetrics,
};

/** Every metric of a task, by name. */
export function metricsOf(task: Task): readonly Metric[] {
  return CATALOGUE[task];
}

/** The metric of that name, or undefined where the task has none. */
export function findMetric(task: Task, name: string): Metric | undefined {
  return CATALOGUE[task].find((metric) => metric.name === name);
}
