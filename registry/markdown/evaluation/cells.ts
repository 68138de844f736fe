import type { Interval, Method, SliceKey, Subject } from '../../evidence/evaluation.ts';
import type { Status } from '../../verdict.ts';
import { code } from '../escape.ts';
import { decimalsOf, fixed, rounded, signed } from '../number.ts';

/** A mark that is seen before it is read. */
export const MARKS: Record<Status, string> = { pass: '✅', fail: '❌', inconclusive: '⚠️' };

/** How an interval was made, in words for a table. */
export const METHODS: Record<Method, string> = {
  influence: 'influence',
  delong: 'DeLong',
  bootstrap: 'bootstrap',
  bootstrap_subsample: 'bootstrap of a subsample',
  exact: 'exact',
  none: 'none',
};

/** A space at which no line breaks: an interval stays in one piece, and stands under its number where there is no room. */
export const NBSP = '\u00A0';

/** `+0.0609 [0.0566, 0.0652]` */
export function differenceCell(difference: number | null, interval: Interval | null): string {
  const decimals = decimalsOf(interval);
  return withInterval(signed(difference, decimals), difference === null ? null : interval, decimals);
}

/** `0.0231 [0.0157, 0.0305]` */
export function levelCell(value: number | null, interval: Interval | null): string {
  const decimals = decimalsOf(interval);
  return withInterval(fixed(value, decimals), value === null ? null : interval, decimals);
}

/** `× 1.06 [1.00, 1.13]` */
export function ratioCell(value: number | null, interval: Interval | null): string {
  return value === null ? '—' : withInterval(`×${NBSP}${fixed(value, 2)}`, interval, 2);
}

function withInterval(text: string, interval: Interval | null, decimals: number): string {
  if (interval === null) return text;
  return `${text} [${fixed(interval[0], decimals)},${NBSP}${fixed(interval[1], decimals)}]`;
}

/** `0.6402 → 0.7011` */
export function levelsCell(champion: string, candidate: string): string {
  return `${champion}${NBSP}→${NBSP}${candidate}`;
}

/** A number and its unit, which no line break parts. */
export function unitCell(value: number | null, unit: string): string {
  return value === null ? '—' : `${rounded(value)}${NBSP}${unit}`;
}

/** `origin` = `ORD` as code spans. */
export function sliceCell(key: SliceKey): string {
  return key.map(({ column, value }) => `${code(column)} = ${code(value)}`).join(', ');
}

/** A version's number, or the beginning of its digest. */
export function nameOf(subject: Subject): string {
  return code(subject.version ?? subject.digest.slice(0, 12));
}

/** A folded part of the document. */
export function folded(summary: string, body: string): string {
  return `<details><summary>${summary}</summary>\n\n${body}\n\n</details>`;
}
