import { binaryMetrics, multiclassMetrics, regressionMetrics } from '#lib/metrics/catalogue.generated.ts';
import type { Metric, Predictions } from '#lib/metrics/metric.ts';
import { fillParams, type Planned, planMetrics } from '#lib/metrics/plan.ts';
import { binaryPredictions, multiclassPredictions, regressionPredictions } from '#lib/metrics/predictions.ts';
import type { Comparison, Evaluation } from '#registry/evidence/evaluation.ts';
import type { Model } from '#registry/model.ts';
import type { Benchmark } from './benchmark.ts';
import { reliability } from './calibration.ts';
import { confusion } from './confusion.ts';
import { curves } from './curves.ts';
import { predictedClass } from './decision.ts';
import { fairnessOf } from './fairness.ts';
import { countFlips, type FlipExamples } from './flips.ts';
import { measureAll, measureSlices, type Pair, type Settings, type Touched } from './measure.ts';
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

/** Plain data, so that it can be handed to a thread. */
export interface Circumstances {
  model: Model;
  benchmark: Benchmark;
  scores: Scores;
  /** What rows are grouped by: `slicesOf` this model and benchmark. */
  slices: SliceCodes[];
  settings: Settings;
}

/** What is to be measured, in two halves that need nothing of each other, so that each may have a thread of its own. */
export interface Halves {
  /** Every metric over all rows. */
  whole(onStep: (what: string) => void): Comparison[];
  /** All else; the comparisons are those of the slices. */
  parts(): Measurements;
}

/** All that the model's task knows how to measure. */
export function halvesOf(circumstances: Circumstances): Halves {
  const { benchmark, scores, model } = circumstances;
  const { weight } = benchmark;
  const { thresholds } = scores;
  if (model.task === 'binary_classification') {
    const label = new Uint8Array(benchmark.label);
    const pair = pairOf(circumstances, (score, role) =>
      binaryPredictions({ label, score, threshold: thresholds[role], weight }),
    );
    const usable = scores.candidate !== null && scores.notFinite === 0 ? pair : null;
    return {
      whole: (onStep) => whole(circumstances, binaryMetrics, pair, onStep),
      parts: () => ({
        ...sliced(circumstances, binaryMetrics, pair),
        fairness:
          usable === null
            ? []
            : protectedColumns(circumstances).map((column) =>
                fairnessOf(column, usable, circumstances.settings.confidence),
              ),
        calibration: usable === null ? null : both(usable, reliability),
        confusion: usable === null ? null : { classes: scores.classes ?? ['0', '1'], ...both(usable, confusion) },
        // With one class only, no rate of the other is defined.
        curves: usable === null || !(label.includes(0) && label.includes(1)) ? null : both(usable, curves),
        ...flipsOf(circumstances, usable, predictedClass),
      }),
    };
  }
  if (model.task === 'multiclass_classification') {
    const label = new Int32Array(benchmark.label);
    const classes = scores.classes?.length ?? 0;
    const pair = pairOf(circumstances, (score) => multiclassPredictions({ label, score, classes, weight }));
    const usable = scores.candidate !== null && scores.notFinite === 0 ? pair : null;
    return {
      whole: (onStep) => whole(circumstances, multiclassMetrics, pair, onStep),
      parts: () => ({
        ...sliced(circumstances, multiclassMetrics, pair),
        fairness: [],
        calibration: null,
        confusion: usable === null ? null : { classes: scores.classes ?? [], ...both(usable, confusion) },
        curves: null,
        ...flipsOf(circumstances, usable, predictedClass),
      }),
    };
  }
  const label = new Float64Array(benchmark.label);
  const pair = pairOf(circumstances, (score) => regressionPredictions({ label, score, weight }));
  return {
    whole: (onStep) => whole(circumstances, regressionMetrics, pair, onStep),
    parts: () => ({
      ...sliced(circumstances, regressionMetrics, pair),
      fairness: [],
      calibration: null,
      confusion: null,
      curves: null,
      flips: null,
      examples: [],
    }),
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

function whole<P extends Predictions>(
  { model, scores, settings }: Circumstances,
  metrics: readonly Metric<P>[],
  pair: Pair<P>,
  onStep: (what: string) => void,
): Comparison[] {
  const planned = planMetrics(metrics, model.evaluate);
  return measureAll(planned, pair, touchedBy(scores), settings, (done) =>
    onStep(`metrics ${done} of ${planned.length}`),
  );
}

function sliced<P extends Predictions>(
  { model, scores, slices, settings }: Circumstances,
  metrics: readonly Metric<P>[],
  pair: Pair<P>,
): Pick<Measurements, 'comparisons' | 'slices' | 'slice_columns'> {
  const policy = model.evaluate.slices;
  const primary = primaryOf(metrics, model);
  if (policy === undefined || primary === null || scores.candidate === null)
    return { comparisons: [], slices: [], slice_columns: [] };
  return {
    ...measureSlices(primary, pair, scores.finite, slices, policy, settings, touchedBy(scores)),
    slice_columns: slices.map(({ columns }) => columns),
  };
}

function touchedBy(scores: Scores): Touched {
  return { count: scores.notFinite, stopped: scores.candidate === null, compared: scores.compared };
}

type Columns = Pick<Circumstances, 'model' | 'benchmark'>;

/**
 * The columns that the policy slices by, and on request their pairs.
 * @throws UserError where two columns have too many values together.
 */
export function slicesOf(from: Columns): SliceCodes[] {
  const columns = slicedColumns(from);
  return from.model.evaluate.slices?.pairs === true ? [...columns, ...pairsOf(columns)] : columns;
}

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
