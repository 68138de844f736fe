import { SERIES, type Series, type UnitSums } from './sums.ts';

/** How far an estimate strays from the truth, from the influence values of its rows. */
export interface Spread {
  variance: number;
  /** Of the t distribution that fits the estimate divided by its standard error. */
  degreesOfFreedom: number;
  /** Independent units that have rows; null where every row is one. */
  clusters: number | null;
  /** Variance with clusters over the variance without; null where there are none or nothing varies. */
  designEffect: number | null;
  /** Third central moment of the estimate: the sum of the units' cubes. */
  thirdMoment: number;
}

/** Sums of the second to fourth powers about the mean of each group, and the variance that they make. */
interface Centred {
  variance: number;
  second: number;
  third: number;
  /** Estimated variance of `variance`. */
  uncertainty: number;
}

/** The spread of one series; `step` is one more discordant pair's share, in the metric's unit (see Metric.step). */
export function spread(sums: UnitSums, series: Series, step = 0): Spread {
  const byRow = ofRows(sums, series);
  const byCluster = ofClusters(sums, series);
  const used = byCluster ?? byRow;
  const units = byCluster?.units ?? byRow.units;
  const variance = used.variance + step * step;
  const df = used.uncertainty > 0 ? (2 * used.variance * used.variance) / used.uncertainty : units - 1;
  return {
    variance,
    degreesOfFreedom: Math.max(1, Math.min(df, units - 1)),
    clusters: byCluster?.units ?? null,
    designEffect: byCluster !== null && byRow.variance > 0 ? byCluster.variance / byRow.variance : null,
    thirdMoment: used.third,
  };
}

/**
 * Rows as units. Within each class the sum of squares is raised by m/(m − 1), because the class's mean is estimated from
 * its m rows; that makes roc_auc's variance DeLong's (1988) to the last digit. What the class means add is counted too:
 * how many rows each class has is chance.
 */
function ofRows(sums: UnitSums, series: Series): Centred & { units: number } {
  const strata = sums.strata.length;
  const total = { variance: 0, second: 0, third: 0, uncertainty: 0, units: sums.rows };
  for (let k = 0; k < strata; k++) {
    const m = sums.strata[k];
    if (m === 0) continue;
    const at = (SERIES[series] * strata + k) * 4;
    const mean = sums.moments[at] / m;
    const c = centre(m, mean, sums.moments.subarray(at, at + 4));
    const correction = m > 1 ? m / (m - 1) : 1;
    total.variance += correction * c.second + m * mean * mean;
    total.second += c.second;
    total.third += c.third + 3 * mean * c.second + m * mean ** 3;
    total.uncertainty += correction * correction * Math.max(0, c.fourth - (c.second * c.second) / m);
  }
  return total;
}

function ofClusters(sums: UnitSums, series: Series): (Centred & { units: number }) | null {
  if (sums.clusters === null || sums.clusterRows === null) return null;
  const values = sums.clusters[SERIES[series]];
  let units = 0;
  let second = 0;
  let third = 0;
  let fourth = 0;
  for (let g = 0; g < values.length; g++) {
    if (sums.clusterRows[g] === 0) continue;
    units++;
    const square = values[g] * values[g];
    second += square;
    third += square * values[g];
    fourth += square * square;
  }
  const correction = units > 1 ? units / (units - 1) : 1;
  const uncertainty = correction * correction * Math.max(0, fourth - (second * second) / units);
  return { variance: correction * second, second, third, uncertainty, units };
}

/** Sums of powers about the mean, from raw ones. */
function centre(m: number, mean: number, raw: Float64Array): { second: number; third: number; fourth: number } {
  const [s1, s2, s3, s4] = raw;
  return {
    second: Math.max(0, s2 - m * mean * mean),
    third: s3 - 3 * mean * s2 + 3 * mean * mean * s1 - m * mean ** 3,
    fourth: s4 - 4 * mean * s3 + 6 * mean * mean * s2 - 4 * mean ** 3 * s1 + m * mean ** 4,
  };
}
