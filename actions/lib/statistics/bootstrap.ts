import { quantileSorted } from 'simple-statistics';
import type { Predictions } from '#lib/metrics/metric.ts';
import type { Interval } from '#registry/evidence/evaluation.ts';
import { minimumDetectable } from '#registry/statistics/power.ts';
import type { CompareOptions, Measurement } from './compare.ts';
import { fork, random } from './random.ts';
import { base } from './resample.ts';
import { subsample } from './subsample.ts';

/** How often the units are resampled. The 2.5 % quantiles of so many replicates move by some 3 % of the interval. */
export const REPLICATES = 500;

/**
 * Intervals by the seeded bootstrap (Efron 1979), clusters resampled, both versions on the same resamples.
 */
export function bootstrap<P extends Predictions>(options: CompareOptions<P>): Measurement {
  const { metric, params, champion, candidate, clusters, confidence, seed } = options;
  const chosen = subsample(candidate.rows, clusters, fork(seed, 'subsample'));
  const scale = metric.rootN ? chosen.scale : 1;
  const measure = (predictions: Predictions) => metric.measure(asTask(predictions, candidate), params);
  const value = {
    champion: champion === null ? Number.NaN : metric.measure(champion, params),
    candidate: metric.measure(candidate, params),
  };
  const after = base(candidate, chosen.rows, chosen.unit);
  const before = champion === null ? null : base(champion, chosen.rows, chosen.unit);
  const centre = { champion: before === null ? Number.NaN : measure(before.whole), candidate: measure(after.whole) };

  const replicates = {
    champion: new Float64Array(REPLICATES),
    candidate: new Float64Array(REPLICATES),
    difference: new Float64Array(REPLICATES),
  };
  const source = random(fork(seed, 'bootstrap'));
  const times = new Uint32Array(chosen.units);
  for (let r = 0; r < REPLICATES; r++) {
    times.fill(0);
    for (let u = 0; u < chosen.units; u++) times[source.integer(chosen.units)]++;
    replicates.candidate[r] = measure(after.weighted(times)) - centre.candidate;
    replicates.champion[r] = before === null ? Number.NaN : measure(before.weighted(times)) - centre.champion;
    replicates.difference[r] = replicates.candidate[r] - replicates.champion[r];
  }
  const own = (series: 'champion' | 'candidate') => ({
    value: finite(value[series]),
    interval: around(value[series], replicates[series], scale, confidence),
  });
  const difference = value.candidate - value.champion;
  const found = around(difference, replicates.difference, scale, confidence);
  const error = found === null ? null : scale * deviation(replicates.difference);
  return {
    champion: champion === null ? null : own('champion'),
    candidate: own('candidate'),
    difference: finite(difference),
    interval: found,
    method: !Number.isFinite(value.candidate) ? 'none' : chosen.subsampled ? 'bootstrap_subsample' : 'bootstrap',
    standard_error: error,
    degrees_of_freedom: null,
    design_effect: null,
    minimum_detectable: error === null ? null : minimumDetectable(error, null, confidence),
  };
}

/** `value` plus the quantiles of the replicates' deviations (the percentile interval); null if any is undefined. */
function around(value: number, deviations: Float64Array, scale: number, confidence: number): Interval | null {
  if (!Number.isFinite(value) || !deviations.every(Number.isFinite)) return null;
  const sorted = Array.from(deviations.toSorted());
  const at = (p: number) => value + scale * quantileSorted(sorted, p);
  return [at(0.5 - confidence / 2), at(0.5 + confidence / 2)];
}

function deviation(values: Float64Array): number {
  let sum = 0;
  let squares = 0;
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const n = values.length;
  return Math.sqrt(Math.max(0, squares - (sum * sum) / n) / (n - 1));
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** A resample has its source's task. */
function asTask<P extends Predictions>(predictions: Predictions, like: P): P {
  if (!hasTask(predictions, like)) throw new Error(`A resample of ${like.task} came out as ${predictions.task}.`);
  return predictions;
}

function hasTask<P extends Predictions>(predictions: Predictions, like: P): predictions is P {
  return predictions.task === like.task;
}
