import { binaryMetrics, multiclassMetrics, regressionMetrics } from '#lib/metrics/catalogue.generated.ts';
import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import { binaryPredictions, multiclassPredictions, regressionPredictions } from '#lib/metrics/predictions.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import type { Model } from '#registry/model.ts';
import type { Benchmark } from './benchmark.ts';
import { reliability } from './calibration.ts';
import { confusion } from './confusion.ts';
import { curves } from './curves.ts';
import { predictedClass } from './decision.ts';
import { fairnessOf } from './fairness.ts';
import { countFlips, type FlipExamples } from './flips.ts';
import { measureAll, measureSlices, type Pair, type Settings, type Touched } from './measure.ts';
import { fillParams, type Planned, planMetrics } from './plan.ts';
import { pairsOf, type SliceCodes } from './slices.ts';

/** Finite predictions of both versions, aligned to the candidate's classes; null where a version could not predict. */
export interface Scores {
  candidate: Float64Array | null;
  champion: Float64Array | null;
  /** Whether there is a champion at all. */
  compared: boolean;
  thresholds: { candidate: number; champion: number };
  classes: string[] | null;
  /** 1 where all outputs of both versions are finite; null where all rows are. */
  finite: Uint8Array | null;
  notFinite: number;
}

/** The parts of the evidence that come from predictions. */
export type Measurements = Pick<
  Evaluation,
  'comparisons' | 'slices' | 'slice_columns' | 'fairness' | 'calibration' | 'confusion' | 'curves' | 'flips'
> & { examples: FlipExamples[] };

export interface Circumstances {
  model: Model;
  benchmark: Benchmark;
  scores: Scores;
  settings: Settings;
  onStep(what: string): void;
}

/** Measures all that the model's task knows. */
export function measureTask(circumstances: Circumstances): Measurements {
  const { benchmark, scores, model } = circumstances;
  const { weight } = benchmark;
  const { thresholds } = scores;
  if (model.task === 'binary_classification') {
    const label = new Uint8Array(benchmark.label);
    const of = (score: Float64Array, role: 'candidate' | 'champion') =>
      binaryPredictions({ label, score, threshold: thresholds[role], weight });
    const pair = pairOf(circumstances, of);
    const usable = scores.candidate !== null && scores.notFinite === 0 ? pair : null;
    return {
      ...measured(circumstances, binaryMetrics, pair),
      fairness:
        usable === null
          ? []
          : protectedColumns(circumstances).map((column) =>
              fairnessOf(column, usable, circumstances.settings.confidence),
            ),
      calibration: usable === null ? null : both(usable, reliability),
      confusion: usable === null ? null : { classes: scores.classes ?? ['0', '1'], ...both(usable, confusion) },
      // With one class only, no rate of the other is defined.
      curves: usable === null || new Set(label).size < 2 ? null : both(usable, curves),
      ...flipsOf(circumstances, usable, predictedClass),
    };
  }
  if (model.task === 'multiclass_classification') {
    const label = new Int32Array(benchmark.label);
    const classes = scores.classes?.length ?? 0;
    const pair = pairOf(circumstances, (score) => multiclassPredictions({ label, score, classes, weight }));
    const usable = scores.candidate !== null && scores.notFinite === 0 ? pair : null;
    return {
      ...measured(circumstances, multiclassMetrics, pair),
      fairness: [],
      calibration: null,
      confusion: usable === null ? null : { classes: scores.classes ?? [], ...both(usable, confusion) },
      curves: null,
      ...flipsOf(circumstances, usable, predictedClass),
    };
  }
  const label = new Float64Array(benchmark.label);
  const pair = pairOf(circumstances, (score) => regressionPredictions({ label, score, weight }));
  return {
    ...measured(circumstances, regressionMetrics, pair),
    fairness: [],
    calibration: null,
    confusion: null,
    curves: null,
    flips: null,
    examples: [],
  };
}

function pairOf<P extends Predictions>(
  { benchmark, scores }: Circumstances,
  of: (score: Float64Array, role: 'candidate' | 'champion') => P,
): Pair<P> {
  const width = scores.classes !== null && scores.classes.length > 2 ? scores.classes.length : 1;
  // Where the candidate could not predict, zeros keep the shapes; no number is made of them.
  const candidate = scores.candidate ?? new Float64Array(benchmark.rows * width);
  return {
    candidate: of(candidate, 'candidate'),
    champion: scores.champion === null ? null : of(scores.champion, 'champion'),
    clusters: benchmark.clusters,
  };
}

function measured<P extends Predictions>(
  { model, benchmark, scores, settings, onStep }: Circumstances,
  metrics: readonly Metric<P>[],
  pair: Pair<P>,
): Pick<Measurements, 'comparisons' | 'slices' | 'slice_columns'> {
  const planned = planMetrics(metrics, model.evaluate);
  const touched: Touched = { count: scores.notFinite, stopped: scores.candidate === null, compared: scores.compared };
  const comparisons = measureAll(planned, pair, touched, settings, (done) =>
    onStep(`metrics ${done} of ${planned.length}`),
  );
  const policy = model.evaluate.slices;
  const primary = primaryOf(metrics, model);
  if (policy === undefined || primary === null || scores.candidate === null)
    return { comparisons, slices: [], slice_columns: [] };
  const columns = slicedColumns({ model, benchmark });
  const slices = policy.pairs ? [...columns, ...pairsOf(columns)] : columns;
  onStep('slices');
  const found = measureSlices(primary, pair, scores.finite, slices, policy, settings, touched);
  return {
    comparisons: [...comparisons, ...found.comparisons],
    slices: found.slices,
    slice_columns: slices.map(({ columns }) => columns),
  };
}

type Columns = Pick<Circumstances, 'model' | 'benchmark'>;

/** The benchmark's codes are those of the policy's slices first, then those of protected columns. */
function slicedColumns({ model, benchmark }: Columns): SliceCodes[] {
  return benchmark.slices.slice(0, model.evaluate.slices?.columns.length ?? 0);
}

function protectedColumns({ model, benchmark }: Columns): SliceCodes[] {
  const names = new Set(model.evaluate.protected);
  return benchmark.slices
    .slice(model.evaluate.slices?.columns.length ?? 0)
    .filter(({ columns: [name] }) => names.has(name));
}

function primaryOf<P extends Predictions>(metrics: readonly Metric<P>[], model: Model): Planned<P> | null {
  const { metric: name, params: given } = model.evaluate.primary;
  const metric = metrics.find((one) => one.name === name);
  const params = metric === undefined ? null : fillParams(metric, given);
  return metric === undefined || params === null ? null : { metric, params };
}

function both<P extends Predictions, T>(
  pair: Pair<P>,
  of: (predictions: P) => T,
): { champion: T | null; candidate: T } {
  return { champion: pair.champion === null ? null : of(pair.champion), candidate: of(pair.candidate) };
}

function flipsOf<P extends Predictions>(
  circumstances: Circumstances,
  pair: Pair<P> | null,
  classOf: (predictions: P) => Int32Array,
): Pick<Measurements, 'flips' | 'examples'> {
  if (pair === null || pair.champion === null) return { flips: null, examples: [] };
  return countFlips(
    pair.candidate.label,
    classOf(pair.champion),
    classOf(pair.candidate),
    slicedColumns(circumstances),
  );
}
