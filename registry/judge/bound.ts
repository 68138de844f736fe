import { plain } from '../markdown/number.ts';
import type { MetricRule } from '../model.ts';
import type { Status, Word } from '../verdict.ts';

const KINDS = ['max_loss', 'min_gain', 'at_least', 'at_most'] as const;

/** The one bound of a rule on a metric. */
export interface Bound {
  kind: (typeof KINDS)[number];
  value: number;
}

/** The bound of a rule, or null where there isn't exactly one: such a rule never passes. */
export function boundOf(rule: MetricRule): Bound | null {
  const bounds = KINDS.flatMap((kind) => {
    const value: unknown = rule[kind];
    return value === undefined ? [] : [{ kind, value }];
  });
  const [bound] = bounds;
  if (bounds.length !== 1 || bound === undefined) return null;
  const { kind, value } = bound;
  if (typeof value !== 'number' || !Number.isFinite(value)) return null;
  return value < 0 && isRelative(kind) ? null : { kind, value };
}

/** Whether a bound compares the candidate with the champion. */
export function isRelative(kind: Bound['kind']): boolean {
  return kind === 'max_loss' || kind === 'min_gain';
}

/** `max_loss: 0.002` */
export function ruleText(bound: Bound): string {
  return `${bound.kind}: ${plain(bound.value)}`;
}

/**
 * Holds a two-sided interval against a bound. For the relative bounds the interval is of the difference, oriented so
 * that higher is better; for the absolute ones it is the candidate's own. Each comparison must be true to count, so a
 * NaN decides nothing.
 */
export function hold(bound: Bound, lower: number, upper: number): Status {
  switch (bound.kind) {
    case 'max_loss':
      if (lower > -bound.value) return upper >= lower ? 'pass' : 'inconclusive';
      return upper < -bound.value ? 'fail' : 'inconclusive';
    case 'min_gain':
      if (lower > bound.value) return upper >= lower ? 'pass' : 'inconclusive';
      return upper <= bound.value ? 'fail' : 'inconclusive';
    case 'at_least':
      if (lower > bound.value) return upper >= lower ? 'pass' : 'inconclusive';
      return upper < bound.value ? 'fail' : 'inconclusive';
    case 'at_most':
      if (upper < bound.value) return lower <= upper ? 'pass' : 'inconclusive';
      return lower > bound.value ? 'fail' : 'inconclusive';
  }
}

/** What an oriented difference's interval says by itself. `margin` is null where the rule declares none. */
export function wordFor(lower: number, upper: number, margin: number | null): Word {
  if (lower > 0) return 'better';
  if (upper < 0) return 'worse';
  return margin !== null && lower > -margin && upper < margin ? 'equivalent' : 'inconclusive';
}
