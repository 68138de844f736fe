import { studentQuantile } from './student.ts';

/** The share of repetitions in which a detectable difference is found. */
export const POWER = 0.8;

/**
 * The smallest true difference that a two-sided interval at `confidence` keeps away from zero in 80 % of repetitions:
 * (t at 1 − alpha/2 + t at 0.8) standard errors.
 */
export function minimumDetectable(standardError: number, degreesOfFreedom: number | null, confidence: number): number {
  return standardError * critical(degreesOfFreedom, confidence);
}

/**
 * How many units (rows, or clusters) would settle a comparison that is inconclusive now, if the difference stayed where
 * it is: errors shrink with the square root of the units. `bound` is what the difference is held against (−max_loss,
 * min_gain). Null where no number would: the difference lies on the bound.
 */
export function unitsToSettle(options: {
  difference: number;
  bound: number;
  standardError: number;
  degreesOfFreedom: number | null;
  units: number;
  confidence: number;
}): number | null {
  const distance = Math.abs(options.difference - options.bound);
  if (!(distance > 0)) return null;
  const shrink = minimumDetectable(options.standardError, options.degreesOfFreedom, options.confidence) / distance;
  const units = Math.ceil(options.units * shrink * shrink);
  return Number.isFinite(units) ? Math.max(units, options.units) : null;
}

function critical(degreesOfFreedom: number | null, confidence: number): number {
  const df = degreesOfFreedom ?? Number.POSITIVE_INFINITY;
  return studentQuantile(0.5 + confidence / 2, df) + studentQuantile(POWER, df);
}
