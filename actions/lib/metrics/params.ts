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
  const range = `${whole ? 'a whole number' : 'a number'}${low === Number.NEGATIVE_INFINITY ? '' : high === Number.POSITIVE_INFINITY ? ` of at least ${low}` : ` from ${low} to ${high}`}`;
  throw new UserError(`The metric's parameter ${name} is ${value}; it must be ${range}.`, {
    fix: `Give it in the rule: params: { ${name}: … }.`,
  });
}
