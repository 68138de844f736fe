import type { Interval } from '../evidence/evaluation.ts';

/** Making a formatter costs a hundred times what using it does, and a summary has thousands of numbers. */
const formatters = new Map<number, Intl.NumberFormat>();

function withDecimals(decimals: number): Intl.NumberFormat {
  let formatter = formatters.get(decimals);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
    formatters.set(decimals, formatter);
  }
  return formatter;
}

/** U+2212; a hyphen is too short to be seen in a hurry. */
const MINUS = '−';
/** An interval's half-width is shown with this many significant digits; the numbers beside it get the same decimals. */
const DIGITS = 2;

/** Decimals to show of a number that is known no better than by `halfWidth`. */
export function decimalsFor(halfWidth: number): number {
  if (!Number.isFinite(halfWidth) || halfWidth <= 0) return 4;
  return Math.min(8, Math.max(0, DIGITS - 1 - Math.floor(Math.log10(halfWidth))));
}

/** Decimals for the numbers beside an interval; four where there is none. */
export function decimalsOf(interval: Interval | null): number {
  return interval === null ? 4 : decimalsFor((interval[1] - interval[0]) / 2);
}

/** `0.6671`, `−3.10`, `12,345`; an em dash where nothing was measured. */
export function fixed(value: number | null, decimals: number): string {
  if (value === null || !Number.isFinite(value)) return '—';
  const text = withDecimals(decimals).format(Math.abs(value));
  return value < 0 && /[1-9]/.test(text) ? MINUS + text : text;
}

/** A difference with its sign: `+0.0341`, `−0.012`, `0.000`. */
export function signed(value: number | null, decimals: number): string {
  const text = fixed(value, decimals);
  return value !== null && value > 0 && /[1-9]/.test(text) ? `+${text}` : text;
}

/** `+0.0309 to +0.0373`. */
export function signedInterval(interval: Interval, decimals: number): string {
  return `${signed(interval[0], decimals)} to ${signed(interval[1], decimals)}`;
}

/** A number that a person wrote (a bound): as short as it can be, never rounded. */
export function plain(value: number): string {
  return String(value).replace('-', MINUS);
}

/** A whole number with thousands separators: `1,486,127`. */
export function count(value: number): string {
  return withDecimals(0).format(value);
}

const significant = new Intl.NumberFormat('en-US', { minimumSignificantDigits: 3, maximumSignificantDigits: 3 });

/** Three significant digits, for numbers without an interval (milliseconds, megabytes): `0.0312`, `4.07`, `123`. */
export function rounded(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '—';
  return significant.format(value).replace('-', MINUS);
}

/** A share as per cent: `12.3 %`. */
export function percent(share: number | null, decimals = 1): string {
  return share === null || !Number.isFinite(share) ? '—' : `${fixed(share * 100, decimals)} %`;
}

/** `1 row`, `2 rows`, `12,345 rows`. */
export function plural(value: number, noun: string): string {
  return `${count(value)} ${value === 1 ? noun : `${noun}s`}`;
}

/** A p-value: `0.031`, or `< 0.001`. */
export function pValue(value: number): string {
  return value < 0.001 ? '< 0.001' : value.toFixed(3);
}

/** `1.4 times`, `23 times`. */
export function times(value: number): string {
  return `${value.toLocaleString('en-US', { maximumSignificantDigits: 2 })} times`;
}

/** A number of things that is only estimated: `about 590,000`, with two significant digits. */
export function about(value: number): string {
  return `about ${value.toLocaleString('en-US', { maximumSignificantDigits: 2 })}`;
}
