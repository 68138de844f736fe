import { z } from 'zod';
import { SeedNoise } from '../artifact.ts';
import { Digest } from '../digest.ts';
import { Better, MetricParams, Task } from '../metric.ts';

const Count = z.int().nonnegative();
/** A measured number. `null` says that it could not be measured (undefined, or touched by a NaN); it is never a pass. */
const Measured = z.number().nullable();
export const Interval = z.tuple([z.number(), z.number()]);
export type Interval = z.infer<typeof Interval>;

/** One value of one column, or of several for a pair of columns. */
export const SliceKey = z.array(z.strictObject({ column: z.string(), value: z.string() })).min(1);
export type SliceKey = z.infer<typeof SliceKey>;

/** How an interval was made. `exact` is only the zero of two equal artifacts. */
export const Method = z.enum(['influence', 'delong', 'bootstrap', 'bootstrap_subsample', 'exact', 'none']);
export type Method = z.infer<typeof Method>;

/** A number of one version, with its own two-sided interval at the evidence's confidence. */
export const Estimate = z.strictObject({ value: Measured, interval: Interval.nullable() });
export type Estimate = z.infer<typeof Estimate>;

/** One metric of both versions on the same rows. `difference` is candidate − champion, in the metric's own unit. */
export const Comparison = z.strictObject({
  metric: z.string(),
  params: MetricParams,
  better: Better,
  slice: SliceKey.nullable(),
  champion: Estimate.nullable(),
  candidate: Estimate,
  difference: Measured,
  interval: Interval.nullable(),
  method: Method,
  standard_error: Measured,
  /** Degrees of freedom of the t distribution; null for a bootstrap. */
  degrees_of_freedom: Measured,
  rows: Count,
  /** Independent units among these rows; null where every row is one. */
  clusters: Count.nullable(),
  /** Variance with clusters over the variance without; null where there are none. */
  design_effect: Measured,
  /** The smallest true difference that would be found in 80 % of repetitions. */
  minimum_detectable: Measured,
  /** Rows left out of neither version but touched by NaN or infinity in an output: above 0, the numbers are null. */
  not_finite: Count,
  /** Exact McNemar test; only for accuracy, unweighted and unclustered. */
  mcnemar: z.strictObject({ fixed: Count, broken: Count, p_value: z.number() }).nullable(),
  /** Whether the metric chose a threshold on the benchmark itself. */
  threshold_from_benchmark: z.boolean(),
});
export type Comparison = z.infer<typeof Comparison>;

/** One value of a declared slice column: how many rows it has, and why it was not compared if it was not. */
export const Slice = z.strictObject({
  key: SliceKey,
  rows: Count,
  clusters: Count.nullable(),
  /** Rows of the smallest class in the slice; null for regression. */
  smallest_class: Count.nullable(),
  skipped: z.string().nullable(),
});
export type Slice = z.infer<typeof Slice>;

/** The raw columns that a version reads and the outputs that it gives: what callers depend on. */
export const Contract = z.strictObject({
  columns: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  outputs: z.array(
    z.strictObject({ name: z.string(), type: z.string(), shape: z.array(z.union([z.int(), z.string()])) }),
  ),
  classes: z.array(z.string()).nullable(),
  /** The inner inputs of the ONNX graph; free to change with features.sql. */
  inputs: z.array(
    z.strictObject({ name: z.string(), type: z.string(), shape: z.array(z.union([z.int(), z.string()])) }),
  ),
  opset: z.record(z.string(), z.int()),
});
export type Contract = z.infer<typeof Contract>;

/** One of the two versions. */
export const Subject = z.strictObject({
  digest: Digest,
  version: z.string().nullable(),
  features_digest: Digest,
  model_bytes: Count,
  artifact_bytes: Count,
  threshold: z.number().nullable(),
  /** Rows with NaN or infinity in an output. */
  not_finite: Count,
  training: z.strictObject({ rows: Count, start: z.string().nullable(), end: z.string().nullable() }),
  /** How far the primary metric moves when only the seed of its training changes; null where nobody tried. */
  seed_noise: SeedNoise.nullable().default(null),
  features: z.array(z.string()),
  /** Null where the version's process was stopped before it could tell. */
  contract: Contract.nullable(),
});
export type Subject = z.infer<typeof Subject>;

/** What was found wrong with the data, with its numbers; each makes the verdict inconclusive. */
export const DataFinding = z.strictObject({
  check: z.enum([
    'overlap_by_id',
    'overlap_by_time',
    'too_few_rows',
    'stale',
    'unknown_overlap',
    'one_class',
    'stopped',
    'constant',
  ]),
  /** One finished sentence. */
  sentence: z.string(),
});
export type DataFinding = z.infer<typeof DataFinding>;

const Points = z.array(z.tuple([z.number(), z.number()])).max(200);
const Curves = z.strictObject({ roc: Points, precision_recall: Points });
const Reliability = z.array(z.strictObject({ predicted: z.number(), observed: z.number(), rows: Count }));

/** Rows that the candidate predicts rightly and the champion wrongly (fixed), and the other way round (broken). */
export const Flips = z.strictObject({
  rows: Count,
  fixed: Count,
  broken: Count,
  by_slice: z.array(z.strictObject({ key: SliceKey, rows: Count, fixed: Count, broken: Count })),
});
export type Flips = z.infer<typeof Flips>;

const Fairness = z.strictObject({
  column: z.string(),
  groups: z.array(
    z.strictObject({
      value: z.string(),
      rows: Count,
      selection_rate: z.strictObject({ champion: Measured, candidate: Measured }),
    }),
  ),
  measures: z.array(
    z.strictObject({
      measure: z.enum(['demographic_parity_difference', 'demographic_parity_ratio', 'equalized_odds_difference']),
      champion: Estimate.nullable(),
      candidate: Estimate,
      method: Method,
    }),
  ),
});
export type Fairness = z.infer<typeof Fairness>;

const Percentiles = z.strictObject({ p50: z.number(), p95: z.number(), p99: z.number() });
const LatencyOf = z.strictObject({
  champion: Percentiles.nullable(),
  candidate: Percentiles,
  /** candidate ÷ champion of each percentile. */
  ratio: z.strictObject({ p50: Estimate, p95: Estimate, p99: Estimate }).nullable(),
  calls: Count,
  /** Fresh pairs of processes that were timed; the independent unit of the ratio's interval. */
  pairs: Count,
  batch: Count,
});
export const Latency = z.strictObject({ single: LatencyOf, batch: LatencyOf });
export type Latency = z.infer<typeof Latency>;

/**
 * What another policy asks for that a change brings: measured besides, on the same rows, so that it is nowhere among what
 * the policy itself is held against.
 */
export const Proposed = z.strictObject({
  /** Which policy. */
  policy_digest: Digest,
  confidence: z.number().gt(0.5).lt(1),
  comparisons: z.array(Comparison),
  slices: z.array(Slice),
  slice_columns: z.array(z.array(z.string())),
  fairness: z.array(Fairness),
});
export type Proposed = z.infer<typeof Proposed>;

/** The measured document of `tiltyard evaluate`: numbers, intervals, sizes, seeds and digests; never an opinion. */
export const Evaluation = z.strictObject({
  schema: z.literal('tiltyard/evaluation/1'),
  kind: z.literal('evaluation'),
  model: z.string(),
  task: Task,
  candidate: Subject,
  champion: Subject.nullable(),
  self_test: z.boolean(),
  benchmark: z.strictObject({
    digest: Digest,
    rows: Count,
    clusters: Count.nullable(),
    cluster: z.string().nullable(),
    start: z.string().nullable(),
    end: z.string().nullable(),
    /** Distinct candidates known to have been judged on this benchmark's digest, this one included. */
    candidates_judged: Count,
  }),
  policy_digest: Digest,
  commit: z.string().nullable(),
  seed: z.int(),
  confidence: z.number().gt(0.5).lt(1),
  versions: z.record(z.string(), z.string()),
  declared_major: z.boolean(),
  comparisons: z.array(Comparison),
  slices: z.array(Slice),
  /** Columns (or pairs of them) that were sliced, so that a judge sees whether every row is in some slice. */
  slice_columns: z.array(z.array(z.string())),
  fairness: z.array(Fairness),
  calibration: z.strictObject({ champion: Reliability.nullable(), candidate: Reliability }).nullable(),
  /** Weighted counts, rows by true class, columns by predicted class. */
  confusion: z
    .strictObject({
      classes: z.array(z.string()),
      champion: z.array(z.array(z.number())).nullable(),
      candidate: z.array(z.array(z.number())),
    })
    .nullable(),
  curves: z.strictObject({ champion: Curves.nullable(), candidate: Curves }).nullable(),
  flips: Flips.nullable(),
  data_findings: z.array(DataFinding),
  /** Null where no other policy was proposed, or it could not be measured. */
  proposed: Proposed.nullable().default(null),
  /** All that differs between two runs with the same inputs and seed. */
  timing: z.strictObject({
    measured_at: z.iso.datetime(),
    seconds: z.record(z.string(), z.number()),
    latency: Latency.nullable(),
    peak_memory_bytes: z.strictObject({ champion: Measured, candidate: Measured }),
  }),
});
export type Evaluation = z.infer<typeof Evaluation>;
