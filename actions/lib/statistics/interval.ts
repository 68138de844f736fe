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

/**
 * The t interval of an estimate whose error is skewed, by Hall's (1992) transformation: with T the estimate's error in
 * standard errors and γ its skewness, g(T) = T + γT²/3 + γ²T³/27 + γ/6 is nearly symmetric, so the ends are those where
 * g reaches ±t. `skewness` is that of the estimate: the sum of the units' cubes over their squares' sum to the 3/2.
 */
export function skewedInterval(
  centre: number,
  error: number,
  df: number,
  skewness: number,
  confidence: number,
): Interval {
  if (Math.abs(skewness) < 1e-8) return interval(centre, error, df, confidence);
  const t = studentQuantile(0.5 + confidence / 2, df);
  const inverse = (y: number) => (3 / skewness) * (Math.cbrt(1 + skewness * (y - skewness / 6)) - 1);
  return [centre - error * inverse(t), centre - error * inverse(-t)];
}

/**
 * The interval each end of which is the further one of the t interval's and the skewed interval's. The skewness of few
 * units is mostly noise: it may make an interval wider, never narrower.
 */
export function cautiousInterval(...estimate: Parameters<typeof skewedInterval>): Interval {
  const [centre, error, df, , confidence] = estimate;
  const even = interval(centre, error, df, confidence);
  const skewed = skewedInterval(...estimate);
  return [Math.min(even[0], skewed[0]), Math.max(even[1], skewed[1])];
}
