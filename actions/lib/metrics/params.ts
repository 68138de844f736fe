import { UserError } from '#registry/error.ts';
import type { MetricParams } from '#registry/metric.ts';

/** A parameter that has to lie from `low` to `high`; `whole` asks for an integer. */
export function parameter(
  params: MetricParams,
  name: string,
  { low = Number.NEGATIVE_INFINITY, high = Number.POSITIVE_INFINITY, whole = false } = {},
): number {
  const value = params[name];
  if (Number.isFinite(value) && value >= low && value <= high && (!whole || Number.isInteger(value))) return value;
  const kind = whole ? 'a whole number' : 'a number';
  const bounds = Number.isFinite(high) ? ` from ${low} to ${high}` : Number.isFinite(low) ? ` of at least ${low}` : '';
  throw new UserError(`A metric's parameter ${name} is ${value}; it must be ${kind}${bounds}.`, {
    fix: `Set ${name} beside the metric's name in model.yaml.`,
  });
}
