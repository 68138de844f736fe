/** The standard normal distribution, accurate in both tails: a survival is never computed as 1 − cdf. */

const SQRT_2PI = Math.sqrt(2 * Math.PI);

/** P(Z ≤ x). */
export function normalCdf(x: number): number {
  return normalSurvival(-x);
}

/** P(Z > x), with full relative precision until it underflows near x = 38. */
export function normalSurvival(x: number): number {
  if (Number.isNaN(x)) return Number.NaN;
  if (x < 0) return 1 - normalSurvival(-x);
  if (x > 40) return 0;
  return x < 2.5 ? 0.5 - normalDensity(x) * series(x) : normalDensity(x) * millsRatio(x);
}

/** φ(x). */
export function normalDensity(x: number): number {
  return Math.exp(-0.5 * x * x) / SQRT_2PI;
}

/**
 * The x with P(Z ≤ x) = p. Starts from Abramowitz & Stegun 26.2.23 (error below 4.5e-4) and takes Halley steps on the
 * logarithm of the tail, which keep the relative precision of small p.
 */
export function normalQuantile(p: number): number {
  if (!(p >= 0 && p <= 1)) return Number.NaN;
  if (p === 0.5) return 0;
  if (p > 0.5) return -normalQuantile(1 - p);
  if (p === 0) return Number.NEGATIVE_INFINITY;
  const t = Math.sqrt(-2 * Math.log(p));
  let x = t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
  for (let step = 0; step < 4; step++) {
    const tail = normalSurvival(x);
    const hazard = normalDensity(x) / tail;
    const error = Math.log(tail / p);
    // d/dx log tail = −hazard; its second derivative is hazard × (x − hazard).
    const newton = error / hazard;
    x += newton / (1 - 0.5 * newton * (x - hazard));
    if (Math.abs(newton) < 1e-15 * Math.max(1, x)) break;
  }
  return -x;
}

/** (Φ(x) − ½) / φ(x) = x + x³/3 + x⁵/15 + …: all terms have one sign, nothing cancels. Abramowitz & Stegun 26.2.11. */
function series(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 3; term > sum * 1e-17; k += 2) {
    term *= (x * x) / k;
    sum += term;
  }
  return sum;
}

/** P(Z > x) / φ(x) by its continued fraction 1/(x + 1/(x + 2/(x + 3/(x + …)))). Abramowitz & Stegun 26.2.14. */
function millsRatio(x: number): number {
  // From the far end inwards; at x ≥ 2.5 150 levels are converged to the last bit.
  let tail = x;
  for (let k = 150; k >= 1; k--) tail = x + k / tail;
  return 1 / tail;
}
