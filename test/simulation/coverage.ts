import { binaryMetrics, multiclassMetrics, regressionMetrics } from '#lib/metrics/catalogue.generated.ts';
import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import type { Task } from '#registry/metric.ts';
import { binomialAtLeast } from '#registry/statistics/binomial.ts';
import type { ProofPart, Row } from '../proof/part.ts';
import { SCENARIOS, type Scenario } from './scenarios.ts';
import { type Misses, simulate, type Tally, truths } from './simulate.ts';

/** One cell of the study: the metrics of a task that have intervals of one kind, in one scenario, at one size. */
export interface Cell {
  task: Task;
  intervals: 'influence' | 'bootstrap';
  scenario: Scenario;
  rows: number;
}

/** What was counted for one metric in one cell. */
export interface Figure {
  metric: string;
  tally: Tally;
  /** Whether the intervals of the difference keep what is claimed of the cell. */
  kept: boolean;
}

/** One-sided: what a 95 % interval may err on each side. */
export const ALPHA = 0.025;
/** An error rate is called too high where the exact binomial test says so at this level. */
export const LEVEL = 0.001;
/** How large a population is averaged over for the truth; in full size its own error is 1.6 % of a sample's at n = 2,000. */
const POPULATION = { full: 1_000_000, sample: 250_000 };
const POPULATIONS = 8;
/** A bootstrapped comparison costs 200 times an influence's, so a tenth of the draws must do. */
const BOOTSTRAP_SHARE = 0.1;

const catalogue: Record<Task, readonly Metric<Predictions>[]> = {
  binary_classification: binaryMetrics.map(widen),
  multiclass_classification: multiclassMetrics.map(widen),
  regression: regressionMetrics.map(widen),
};

const TASKS: Task[] = ['binary_classification', 'multiclass_classification', 'regression'];

export const CELLS: Cell[] = TASKS.flatMap((task) =>
  [2000, 200].flatMap((rows) =>
    SCENARIOS.flatMap((scenario) =>
      (['influence', 'bootstrap'] as const).map((intervals) => ({ task, intervals, scenario, rows })),
    ),
  ),
).filter((cell) => metricsOf(cell).length > 0);

export function nameOf({ task, intervals, scenario, rows }: Cell): string {
  return `${task}/${scenario.name}/n=${rows}/${intervals}`;
}

/** Metrics that claim an interval: not those that shrink otherwise than with the square root of the rows. */
export function metricsOf({ task, intervals }: Pick<Cell, 'task' | 'intervals'>): readonly Metric<Predictions>[] {
  return catalogue[task].filter(({ smooth, rootN }) => rootN && smooth === (intervals === 'influence'));
}

/**
 * What is claimed at n = 2,000 of metrics with influence values: coverage, and one-sided errors of all but brier_score
 * where rows are clustered and the class is rare at once. Everything else is measured and shown.
 */
export function claimed({ intervals, scenario, rows }: Cell, metric: string): { coverage: boolean; errors: boolean } {
  const lopsided = scenario.rare && scenario.clusterRows !== null && metric === 'brier_score';
  const coverage = intervals === 'influence' && rows === 2000;
  return { coverage, errors: coverage && !lopsided };
}

/** Runs one cell. */
export function measure(
  cell: Cell,
  options: { draws: number; seed: number; full: boolean; only?: string[] },
): Figure[] {
  const metrics = metricsOf(cell).filter(({ name }) => options.only === undefined || options.only.includes(name));
  const draws = Math.ceil(options.draws * (cell.intervals === 'bootstrap' ? BOOTSTRAP_SHARE : 1));
  const population = options.full ? POPULATION.full : POPULATION.sample;
  const times = options.full && cell.rows === 2000 && cell.intervals === 'influence' ? POPULATIONS : 1;
  const truth = truths(metrics, cell.scenario, options.seed, population, times);
  const tallies = simulate(metrics, cell.scenario, truth, { seed: options.seed, rows: cell.rows, draws });
  return [...tallies].map(([metric, tally]) => ({
    metric,
    tally,
    kept: keeps(tally.difference, claimed(cell, metric)),
  }));
}

/** Coverage between 93 and 97 %, and errors of either side not above alpha. */
export function keeps(misses: Misses, claim: { coverage: boolean; errors: boolean }): boolean {
  const covered = coverage(misses);
  if (claim.coverage && !(covered >= 0.93 && covered <= 0.97)) return false;
  return !claim.errors || Math.min(pValue(misses.below, misses.draws), pValue(misses.above, misses.draws)) >= LEVEL;
}

/** Share of the intervals given that hold the truth. */
export function coverage({ given, below, above }: Misses): number {
  return 1 - (below + above) / given;
}

/** Exact binomial test of "errors are at most alpha". */
export function pValue(errors: number, draws: number): number {
  return binomialAtLeast(errors, draws, ALPHA);
}

/** A row for the document: the extremes over the cell's metrics, each with the metric that it is of. */
function summarise(cell: Cell, figures: Figure[]): Row {
  const differences = figures.map(({ metric, tally }) => ({ metric, ...tally.difference }));
  const worst = differences.reduce((a, b) => (rate(b) > rate(a) ? b : a));
  const claim = claimed(cell, worst.metric);
  return {
    case: nameOf(cell),
    metrics: figures.length,
    draws: worst.draws,
    'coverage of the difference': extremes(differences),
    'largest one-sided error': `${percent(rate(worst))} ${worst.metric}`,
    p: pValue(Math.max(worst.below, worst.above), worst.draws).toPrecision(2),
    "coverage of a version's own value": extremes(figures.map(({ metric, tally }) => ({ metric, ...tally.candidate }))),
    kept: claim.coverage ? (figures.every(({ kept }) => kept) ? 'yes' : 'no') : 'no claim',
  };
}

/** The lowest and the highest coverage, and which metrics hardly ever got an interval. */
function extremes(counted: (Misses & { metric: string })[]): string {
  const sorted = counted.filter(hasIntervals).toSorted((a, b) => coverage(a) - coverage(b));
  const without = counted.filter((one) => !hasIntervals(one)).map(({ metric }) => metric);
  const ends = [sorted[0], sorted[sorted.length - 1]].map((one) => `${percent(coverage(one))} ${one.metric}`);
  return `${ends.join(' … ')}${without.length === 0 ? '' : `; no interval: ${without.join(', ')}`}`;
}

/** Whether at least one draw in a hundred got an interval; the coverage of fewer says nothing. */
function hasIntervals({ given, draws }: Misses): boolean {
  return given >= draws / 100;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function rate({ below, above, draws }: Misses): number {
  return Math.max(below, above) / draws;
}

/** The coverage study as a proof. */
export const coverageProof: ProofPart = {
  name: 'coverage',
  claim:
    'Intervals at 95 %, over samples drawn from worlds whose truth is known. At n = 2,000 every metric with influence values covers the true difference in 93 to 97 % of the draws, and errs on either side in no more than 2.5 % of them (exact binomial test at 0.001): with equally good models (`null`) and with a margin that equals the true difference (`margin`). Where rows are clustered and the class is rare at once, the one-sided error of brier_score is not claimed. The other cases are shown without a claim.',
  draws: { full: 4000, sample: 300 },
  seed: 20261121,
  sources: [
    'actions/lib/statistics',
    'actions/lib/metrics/binary',
    'actions/lib/metrics/multiclass',
    'actions/lib/metrics/regression',
    'registry/statistics',
    'test/simulation/scenarios.ts',
    'test/simulation/simulate.ts',
    'test/simulation/coverage.ts',
  ],
  cases: CELLS.map(nameOf),
  run(name, { draws, seed, onProgress }) {
    const cell = CELLS.find((each) => nameOf(each) === name);
    if (cell === undefined) throw new Error(`The coverage study has no case ${name}.`);
    const figures = measure(cell, { draws, seed, full: draws >= 4000 });
    onProgress?.(draws);
    return [summarise(cell, figures)];
  },
};

/** Predictions of another task than the metric's would be a bug of this study. */
function widen<P extends Predictions>(metric: Metric<P>): Metric<Predictions> {
  const { step, bias } = metric;
  const narrow = (predictions: Predictions): P => {
    if (!hasTask(predictions, metric)) throw new Error(`${metric.name} was given a ${predictions.task}.`);
    return predictions;
  };
  return {
    ...metric,
    ...(step === undefined ? {} : { step: (predictions, params) => step(narrow(predictions), params) }),
    ...(bias === undefined ? {} : { bias: (predictions, params) => bias(narrow(predictions), params) }),
    measure: (predictions, params, influence) => metric.measure(narrow(predictions), params, influence),
  };
}

function hasTask<P extends Predictions>(predictions: Predictions, metric: Metric<P>): predictions is P {
  return predictions.task === metric.task;
}
