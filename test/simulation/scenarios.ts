import type { Predictions } from '#lib/metrics/metric.ts';
import { binaryPredictions, multiclassPredictions, regressionPredictions } from '#lib/metrics/predictions.ts';
import type { Random } from '#lib/statistics/random.ts';
import type { Task } from '#registry/metric.ts';

/**
 * A world to draw samples from. A latent signal x makes the label; each model sees the signal with noise of its own.
 * Equal noise makes two different models of exactly equal true quality.
 */
export interface Scenario {
  name: string;
  /** Share of positive rows, or of the rarest of three classes; for a regression, of rows with gross errors. */
  rare: boolean;
  /** Rows of each cluster, which share a shock; null for independent rows. */
  clusterRows: number | null;
  weighted: boolean;
  /** Whether both models are equally good. */
  null: boolean;
}

const shapes = [
  { name: 'independent', rare: false, clusterRows: null, weighted: false },
  { name: 'rare', rare: true, clusterRows: null, weighted: false },
  { name: 'clusters', rare: false, clusterRows: 20, weighted: false },
  { name: 'rare_clusters', rare: true, clusterRows: 20, weighted: false },
  { name: 'weights', rare: false, clusterRows: null, weighted: true },
];

/** Each shape twice: at the null (equal quality), and at a margin that equals the true difference. */
export const SCENARIOS: Scenario[] = shapes.flatMap((shape) => [
  { ...shape, name: `${shape.name}/null`, null: true },
  { ...shape, name: `${shape.name}/margin`, null: false },
]);

export interface Draw {
  champion: Predictions;
  candidate: Predictions;
  clusters: Int32Array | null;
}

/** `rows` rows of the scenario's world, seen by both models. */
export function draw(task: Task, scenario: Scenario, rows: number, source: Random): Draw {
  const clusters = scenario.clusterRows === null ? null : new Int32Array(rows);
  if (clusters !== null) for (let i = 0; i < rows; i++) clusters[i] = Math.floor(i / (scenario.clusterRows ?? 1));
  const weight = scenario.weighted ? new Float64Array(rows) : null;
  const signal = shared(rows, clusters, source);
  const noise = noiseOf(task, scenario);
  const seenBy = {
    champion: noisy(signal, noise.champion, clusters, source),
    candidate: noisy(signal, noise.candidate, clusters, source),
  };
  // Weights from 0.2 to 3.8, larger where the signal is.
  if (weight !== null) for (let i = 0; i < rows; i++) weight[i] = 0.2 + 3.6 * source.uniform() * sigmoid(signal[i]);
  switch (task) {
    case 'binary_classification':
      return { ...binary(scenario, signal, seenBy, weight, source), clusters };
    case 'multiclass_classification':
      return { ...multiclass(scenario, signal, seenBy, weight, clusters, source), clusters };
    case 'regression':
      return { ...regression(scenario, signal, seenBy, weight, source), clusters };
  }
}

/**
 * Standard deviation of the models' noise, in units of the signal's. Where they differ, the true difference is one to
 * four standard errors of 2,000 rows: what a margin is like. (A regression shows noise far better than a classification.)
 */
function noiseOf(task: Task, scenario: Scenario): { champion: number; candidate: number } {
  if (scenario.null) return { champion: 0.6, candidate: 0.6 };
  return { champion: 0.5, candidate: task === 'regression' ? 0.57 : 0.75 };
}

interface Seen {
  champion: Float64Array;
  candidate: Float64Array;
}

/** 30 % positive, or 2 %: then the threshold takes about one row in thirty. */
function binary({ rare }: Scenario, signal: Float64Array, seen: Seen, weight: Float64Array | null, source: Random) {
  const [level, slope, threshold] = rare ? [-5.6, 2, 0.1] : [-1.15, 1.5, 0.38];
  const label = Uint8Array.from(signal, (x) => (source.uniform() < sigmoid(level + slope * x) ? 1 : 0));
  const version = (x: Float64Array) =>
    binaryPredictions({ label, score: x.map((value) => sigmoid(level + 0.9 * slope * value)), threshold, weight });
  return { champion: version(seen.champion), candidate: version(seen.candidate) };
}

/** Three classes; the third has about 2 % of the rows where the scenario is rare. */
function multiclass(
  { rare }: Scenario,
  signal: Float64Array,
  seen: Seen,
  weight: Float64Array | null,
  clusters: Int32Array | null,
  source: Random,
) {
  const rows = signal.length;
  const second = shared(rows, clusters, source);
  const level = [0.4, 0, rare ? -4.6 : -0.4];
  const slope = rare ? 2 : 1.5;
  const probabilities = (x: number, y: number) => {
    const e = [Math.exp(level[0]), Math.exp(level[1] + 1.5 * y), Math.exp(level[2] + slope * x)];
    const sum = e[0] + e[1] + e[2];
    return e.map((value) => value / sum);
  };
  const label = new Int32Array(rows);
  for (let i = 0; i < rows; i++) {
    const [p0, p1] = probabilities(signal[i], second[i]);
    const u = source.uniform();
    label[i] = u < p0 ? 0 : u < p0 + p1 ? 1 : 2;
  }
  const version = (x: Float64Array, noise: number) => {
    const score = new Float64Array(rows * 3);
    for (let i = 0; i < rows; i++) score.set(probabilities(x[i], second[i] + noise * source.normal()), i * 3);
    return multiclassPredictions({ label, score, classes: 3, weight });
  };
  // The second signal is as noisy as the first, which stays what tells the models apart.
  return { champion: version(seen.champion, 0.6), candidate: version(seen.candidate, 0.6) };
}

/** Positive labels around 30; noise grows with the signal, and in a rare scenario 2 % of the labels are far off. */
function regression({ rare }: Scenario, signal: Float64Array, seen: Seen, weight: Float64Array | null, source: Random) {
  const label = signal.map((x) => {
    const gross = rare && source.uniform() < 0.02 ? 4 : 1;
    return Math.max(1, 30 + 2 * x + gross * 1.2 * Math.exp(0.25 * x) * source.normal());
  });
  const version = (x: Float64Array) =>
    regressionPredictions({ label, score: x.map((value) => 30 + 1.8 * value), weight });
  return { champion: version(seen.champion), candidate: version(seen.candidate) };
}

/** Standard normal, a third of whose variance is shared within a cluster. */
function shared(rows: number, clusters: Int32Array | null, source: Random): Float64Array {
  const values = new Float64Array(rows);
  let shock = 0;
  for (let i = 0; i < rows; i++) {
    if (clusters === null) {
      values[i] = source.normal();
      continue;
    }
    if (i === 0 || clusters[i] !== clusters[i - 1]) shock = source.normal();
    values[i] = Math.sqrt(1 / 3) * shock + Math.sqrt(2 / 3) * source.normal();
  }
  return values;
}

function noisy(signal: Float64Array, scale: number, clusters: Int32Array | null, source: Random): Float64Array {
  const noise = shared(signal.length, clusters, source);
  return signal.map((x, i) => x + scale * noise[i]);
}

function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x));
}
