import { normalDensity, normalQuantile, normalSurvival } from './normal.ts';

/** Student's t distribution with any positive, also fractional, degrees of freedom; `Infinity` is the normal one. */

/** P(T ≤ t). */
export function studentCdf(t: number, df: number): number {
  return studentSurvival(-t, df);
}

/**
 * P(T > t), with full relative precision in the upper tail: ½ I_x(df/2, ½) at x = df / (df + t²) (Abramowitz &
 * Stegun 26.7.1), where I is the regularised incomplete beta function.
 */
export function studentSurvival(t: number, df: number): number {
  if (Number.isNaN(t) || !(df > 0)) return Number.NaN;
  if (df === Number.POSITIVE_INFINITY) return normalSurvival(t);
  if (t < 0) return 1 - studentSurvival(-t, df);
  if (t === 0) return 0.5;
  if (t === Number.POSITIVE_INFINITY) return 0;
  const a = df / 2;
  const ratio = (t / df) * t;
  const y = ratio === Number.POSITIVE_INFINITY ? 1 : ratio / (1 + ratio);
  // x^a (1−x)^½ / B(a, ½), with logarithms that stay exact when df is large or t is small.
  const front = (Math.exp(-a * log1pSquare(t, df)) * Math.sqrt(y) * gammaRatio(a)) / Math.sqrt(Math.PI);
  // The continued fraction converges fast on one side of the mean of Beta(a, ½) only.
  if (1 - y < (a + 1) / (a + 2.5)) return (0.5 * front * betaFraction(1 - y, a, 0.5)) / a;
  return 0.5 - front * betaFraction(y, 0.5, a);
}

/** Density of T at t. */
export function studentDensity(t: number, df: number): number {
  if (df === Number.POSITIVE_INFINITY) return normalDensity(t);
  return (gammaRatio(df / 2) / Math.sqrt(df * Math.PI)) * Math.exp(-((df + 1) / 2) * log1pSquare(t, df));
}

/** The t with P(T ≤ t) = p. */
export function studentQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1) || !(df > 0)) return Number.NaN;
  if (df === Number.POSITIVE_INFINITY) return normalQuantile(p);
  if (p === 0.5) return 0;
  if (p > 0.5) return -studentQuantile(1 - p, df);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  return -upperQuantile(p, df);
}

/** Solves log P(T > t) = log p for p < ½ by Newton steps in log t, kept inside a bracket. */
function upperQuantile(p: number, df: number): number {
  let low = 0;
  let high = Number.MAX_VALUE;
  const z = -normalQuantile(p);
  // Far out the tail is a power, t ~ p^(−1/df); near the middle it is close to the normal. Either is safe to start from.
  let t = df < 3 ? Math.max(z, p ** (-1 / df) / 2) : z + (z ** 3 + z) / (4 * df);
  for (let step = 0; step < 200; step++) {
    const tail = studentSurvival(t, df);
    if (tail > p) low = t;
    else high = t;
    const slope = (studentDensity(t, df) / tail) * t;
    const next = t * Math.exp(Math.log(tail / p) / slope);
    const inside = next > low && next < high ? next : high < Number.MAX_VALUE ? (low + high) / 2 : t * 2;
    if (Math.abs(inside - t) <= 4e-16 * t) return inside;
    t = inside;
  }
  return t;
}

/** log(1 + t²/df) without overflow. */
function log1pSquare(t: number, df: number): number {
  const ratio = (t / df) * t;
  return ratio === Number.POSITIVE_INFINITY ? 2 * Math.log(Math.abs(t)) - Math.log(df) : Math.log1p(ratio);
}

/**
 * Γ(a + ½) / Γ(a). Below 25 the argument is raised by the recurrence a / (a + ½); above it the asymptotic series holds
 * to the last bit (Tricomi & Erdélyi 1951; coefficients of DLMF 5.11.13).
 */
function gammaRatio(a: number): number {
  let factor = 1;
  let b = a;
  for (; b < 25; b++) factor *= b / (b + 0.5);
  const r = 1 / b;
  const series =
    1 +
    r *
      (-1 / 8 +
        r *
          (1 / 128 +
            r * (5 / 1024 + r * (-21 / 32768 + r * (-399 / 262144 + r * (869 / 4194304 + r * (39325 / 33554432)))))));
  return factor * Math.sqrt(b) * series;
}

/** Continued fraction of the incomplete beta function (DLMF 8.17.22) by the modified Lentz method. */
function betaFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let c = 1;
  let d = 1 / nonZero(1 - ((a + b) * x) / (a + 1), tiny);
  let value = d;
  for (let m = 1; m < 100_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / nonZero(1 + even * d, tiny);
    c = nonZero(1 + even / c, tiny);
    value *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / nonZero(1 + odd * d, tiny);
    c = nonZero(1 + odd / c, tiny);
    const change = d * c;
    value *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return value;
}

function nonZero(x: number, tiny: number): number {
  return Math.abs(x) < tiny ? tiny : x;
}
