import type { Interval, Method, SliceKey, Subject } from '../../evidence/evaluation.ts';
import type { Finding, Status } from '../../verdict.ts';
import { code } from '../escape.ts';
import { decimalsOf, fixed, signed, signedInterval } from '../number.ts';

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

/** `+0.0609 (+0.0566 to +0.0652)` */
export function differenceCell(difference: number | null, interval: Interval | null): string {
  const decimals = decimalsOf(interval);
  const value = signed(difference, decimals);
  return interval === null || difference === null ? value : `${value} (${signedInterval(interval, decimals)})`;
}

/** `0.0231 (0.0157 to 0.0305)` */
export function levelCell(value: number | null, interval: Interval | null): string {
  const decimals = decimalsOf(interval);
  const text = fixed(value, decimals);
  return interval === null || value === null
    ? text
    : `${text} (${fixed(interval[0], decimals)} to ${fixed(interval[1], decimals)})`;
}

/** `× 1.06 (1.00 to 1.13)` */
export function ratioCell(value: number | null, interval: Interval | null): string {
  const text = `× ${fixed(value, 2)}`;
  return interval === null ? text : `${text} (${fixed(interval[0], 2)} to ${fixed(interval[1], 2)})`;
}

/** `✅ better`, `❌ fails`, `⚠️ inconclusive`. */
export function findingCell(finding: Finding): string {
  const { status, word } = finding;
  if (finding.kind === 'slices' && status !== 'inconclusive')
    return status === 'pass' ? `${MARKS.pass} no loss shown` : `${MARKS.fail} loss shown`;
  if (status === 'inconclusive') return `${MARKS.inconclusive} inconclusive`;
  if (status === 'fail')
    return word === null || word === 'inconclusive' ? `${MARKS.fail} fails` : `${MARKS.fail} fails: ${word}`;
  if (word === 'worse') return `${MARKS.pass} worse, within the limit`;
  return word === null || word === 'inconclusive' ? `${MARKS.pass} holds` : `${MARKS.pass} ${word}`;
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
