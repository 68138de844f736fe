import type { Interval } from '#registry/evidence/evaluation.ts';
import { studentQuantile } from '#registry/statistics/student.ts';

/**
 * The two-sided t interval: `centre` ± t · `error`. `df` is the degrees of freedom (fractions are fine, `Infinity` is
 * the normal one), `confidence` for example 0.95.
 */
export function interval(centre: number, error: number, df: number, confidence: number): Interval {
  const half = studentQuantile(0.5 + confidence / 2, df) * error;
  return [centre - half, centre + half];
}
