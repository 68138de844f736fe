import type { Guardrail, MetricRule, Model } from '#registry/model.ts';
import { BOUNDS, type Bound, type BoundChange } from './command.ts';

/** A model with other bounds; or why there is none such, in a finished sentence. */
export type Bounded = { model: Model; why: null } | { model: null; why: string };

/** The policy with other numbers in it. Only bounds that a rule has may change: it stays the same kind of rule. */
export function withBounds(model: Model, changes: readonly BoundChange[]): Bounded {
  let { evaluate } = model;
  for (const { bound, rule, value } of changes) {
    if (rule === null || rule === evaluate.primary.metric) {
      const primary = metricRule(evaluate.primary, bound, value);
      if (primary !== null) {
        evaluate = { ...evaluate, primary };
        continue;
      }
      if (rule === null) {
        const { metric } = evaluate.primary;
        return refused(
          has(evaluate.primary, bound)
            ? `The ${bound} of ${metric} can’t be ${value}.`
            : `The rule on ${metric} has no ${bound}; name the rule, as in log_loss.${bound}.`,
        );
      }
    }
    if (rule === 'slices' && bound === 'max_loss' && evaluate.slices?.max_loss !== undefined && value >= 0) {
      evaluate = { ...evaluate, slices: { ...evaluate.slices, max_loss: value } };
      continue;
    }
    const guardrails = evaluate.guardrails.map((one) =>
      nameOf(one) === rule ? (changed(one, bound, value) ?? one) : one,
    );
    if (guardrails.every((one, index) => one === evaluate.guardrails[index])) {
      return refused(`There is no ${bound} of a rule called ${rule} that could be ${value}.`);
    }
    evaluate = { ...evaluate, guardrails };
  }
  return { model: { ...model, evaluate }, why: null };
}

const refused = (why: string): Bounded => ({ model: null, why });

function nameOf(rule: Guardrail): string {
  if ('metric' in rule) return rule.metric;
  if ('latency' in rule) return rule.latency;
  return 'size' in rule ? 'size' : 'memory' in rule ? 'memory' : rule.fairness;
}

function changed(rule: Guardrail, bound: Bound, value: number): Guardrail | null {
  if ('metric' in rule) return metricRule(rule, bound, value);
  if (!has(rule, bound) || value < 0) return null;
  return { ...rule, [bound]: value };
}

function metricRule(rule: MetricRule, bound: Bound, value: number): MetricRule | null {
  const isMargin = bound === 'max_loss' || bound === 'min_gain';
  return has(rule, bound) && !(isMargin && value < 0) ? { ...rule, [bound]: value } : null;
}

function has(rule: Guardrail, bound: Bound): boolean {
  return BOUNDS.includes(bound) && Reflect.get(rule, bound) !== undefined;
}
