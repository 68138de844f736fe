import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import { compare } from '#lib/statistics/compare.ts';
import { fork, random } from '#lib/statistics/random.ts';
import { workspace } from '#lib/statistics/stray.ts';
import type { Interval } from '#registry/evidence/evaluation.ts';
import type { MetricParams, Task } from '#registry/metric.ts';
import { draw, type Scenario } from './scenarios.ts';

/** The metrics' true values in a scenario's world, or nearly: from a population far larger than any sample. */
export interface Truth {
  candidate: number;
  difference: number;
}

/** How often an interval missed the truth on either side, over the draws that gave one. */
export interface Misses {
  draws: number;
  given: number;
  /** The truth lies below the interval: where it is the margin, a false pass. */
  below: number;
  /** The truth lies above the interval: a false fail. */
  above: number;
}

export interface Tally {
  difference: Misses;
  candidate: Misses;
}

type AnyMetric = Metric<Predictions>;

/** Averages over populations of `rows` rows, so that memory stays small. At the null the true difference is 0. */
export function truths(
  metrics: AnyMetric[],
  scenario: Scenario,
  seed: number,
  rows: number,
  populations: number,
): Map<string, Truth> {
  const task = taskOf(metrics);
  const sums = new Map(metrics.map((metric) => [metric.name, { candidate: 0, difference: 0 }]));
  for (let p = 0; p < populations; p++) {
    const { champion, candidate } = draw(
      task,
      scenario,
      rows,
      random(fork(seed, `truth ${task} ${scenario.name} ${p}`)),
    );
    for (const metric of metrics) {
      const sum = sums.get(metric.name);
      if (sum === undefined) continue;
      const value = metric.measure(candidate, parameters(metric));
      sum.candidate += value / populations;
      sum.difference += (value - metric.measure(champion, parameters(metric))) / populations;
    }
  }
  if (scenario.null) for (const sum of sums.values()) sum.difference = 0;
  return sums;
}

/** Samples of `rows` rows, each compared by every metric. Draw i is the same whatever else is drawn. */
export function simulate(
  metrics: AnyMetric[],
  scenario: Scenario,
  truth: ReadonlyMap<string, Truth>,
  options: { seed: number; rows: number; draws: number },
): Map<string, Tally> {
  const task = taskOf(metrics);
  const buffers = workspace(options.rows);
  const tallies = new Map(metrics.map((metric) => [metric.name, { difference: misses(), candidate: misses() }]));
  for (let i = 0; i < options.draws; i++) {
    const seed = fork(options.seed, `draw ${task} ${scenario.name} ${options.rows} ${i}`);
    const { champion, candidate, clusters } = draw(task, scenario, options.rows, random(seed));
    for (const metric of metrics) {
      const params = parameters(metric);
      const found = compare({
        metric,
        params,
        champion,
        candidate,
        clusters,
        confidence: 0.95,
        seed,
        workspace: buffers,
      });
      const tally = tallies.get(metric.name);
      const expected = truth.get(metric.name);
      if (tally === undefined || expected === undefined) continue;
      count(tally.difference, found.interval, expected.difference);
      count(tally.candidate, found.candidate.interval, expected.candidate);
    }
  }
  return tallies;
}

function misses(): Misses {
  return { draws: 0, given: 0, below: 0, above: 0 };
}

function count(tally: Misses, interval: Interval | null, truth: number): void {
  tally.draws++;
  if (interval === null) return;
  tally.given++;
  if (truth < interval[0]) tally.below++;
  if (truth > interval[1]) tally.above++;
}

/** The metric's defaults; 0.8 for a parameter that the policy must give. */
function parameters(metric: AnyMetric): MetricParams {
  return Object.fromEntries(Object.entries(metric.params).map(([name, value]) => [name, value ?? 0.8]));
}

function taskOf(metrics: AnyMetric[]): Task {
  return metrics[0].task;
}
