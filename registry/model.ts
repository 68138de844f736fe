import { z } from 'zod';
import { MetricParams, Task } from './metric.ts';
import { metrics } from './metrics.generated.ts';

const Identifier = z.string().min(1).max(200);
const Margin = z.number().nonnegative();

const metricNames = [...new Set(metrics.map((metric) => metric.name))];
/** Every parameter that some metric has; whether this metric has it is a matter of two fields, checked with the others. */
const inlineParams: object = Object.fromEntries(
  metrics.flatMap((metric) => Object.keys(metric.params)).map((name) => [name, z.number().optional()]),
);

/** Where rows come from: one file, or a glob; CSV, Parquet or JSON lines, also `.gz` and `.zst`. */
export const Dataset = z.strictObject({
  uri: z.string().min(1),
  format: z.enum(['csv', 'parquet', 'jsonl']).optional(),
  /** How many rows this data was promised to have at least. */
  min_rows: z.int().positive().optional(),
  /** How old its newest row may be, for example `90d`; needs `data.time`. */
  max_age: z
    .string()
    .regex(/^\d+[dh]$/, 'a number of days or hours, as 90d or 12h')
    .optional(),
});
export type Dataset = z.infer<typeof Dataset>;

export const ColumnType = z.enum(['boolean', 'integer', 'bigint', 'float', 'double', 'string', 'date', 'timestamp']);
export type ColumnType = z.infer<typeof ColumnType>;

/** The declared type of one raw column and what its values may be. */
export const Column = z.strictObject({
  type: ColumnType,
  nullable: z.boolean().default(false),
  min: z.union([z.number(), z.string()]).optional(),
  max: z.union([z.number(), z.string()]).optional(),
  allowed: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .optional(),
});
export type Column = z.infer<typeof Column>;

export const Data = z.strictObject({
  train: Dataset.optional(),
  benchmark: Dataset,
  production: Dataset.optional(),
  id: Identifier,
  time: Identifier.optional(),
  label: Identifier,
  /** The value of the label that is the positive class, where it is neither true nor 1. */
  positive: z.union([z.string(), z.number()]).optional(),
  known_later: z.array(Identifier).default([]),
  /** SQL over the raw columns that names the unit which is independent: a day, a user, a patient. */
  cluster: Identifier.optional(),
  weight: Identifier.optional(),
  schema: z.record(Identifier, Column),
});
export type Data = z.infer<typeof Data>;

/**
 * A rule on a metric; exactly one of the four bounds. `max_loss` is always "how much worse may it be". A metric's
 * parameters stand beside its name, `{ metric: precision_at_recall, recall: 0.8, max_loss: 0.01 }`, and come out as
 * `params`.
 */
export const MetricRule = z
  .strictObject({
    ...inlineParams,
    metric: z.enum(metricNames),
    max_loss: Margin.optional(),
    min_gain: Margin.optional(),
    at_least: z.number().optional(),
    at_most: z.number().optional(),
  })
  .transform(({ metric, max_loss, min_gain, at_least, at_most, ...params }) => ({
    metric,
    params: MetricParams.parse(params),
    ...(max_loss === undefined ? {} : { max_loss }),
    ...(min_gain === undefined ? {} : { min_gain }),
    ...(at_least === undefined ? {} : { at_least }),
    ...(at_most === undefined ? {} : { at_most }),
  }));
export type MetricRule = z.infer<typeof MetricRule>;

export const LatencyRule = z.strictObject({
  latency: z.enum(['p50_ms', 'p95_ms', 'p99_ms']),
  of: z.enum(['single', 'batch']).default('single'),
  at_most: z.number().positive().optional(),
  /** How many times as slow as the champion it may be. */
  max_ratio: z.number().positive().optional(),
});
export type LatencyRule = z.infer<typeof LatencyRule>;

export const SizeRule = z.strictObject({ size: z.literal('megabytes'), at_most: z.number().positive() });
export const MemoryRule = z.strictObject({ memory: z.literal('megabytes'), at_most: z.number().positive() });
export const FairnessRule = z.strictObject({
  fairness: z.enum(['demographic_parity_difference', 'demographic_parity_ratio', 'equalized_odds_difference']),
  column: Identifier,
  /** For the ratio; 0.8 is the four-fifths rule. */
  at_least: z.number().optional(),
  at_most: z.number().optional(),
});

export const Guardrail = z.union([MetricRule, LatencyRule, SizeRule, MemoryRule, FairnessRule]);
export type Guardrail = z.infer<typeof Guardrail>;

/** A column to slice by; a numeric one in declared edges or in quantile bands. */
export const SliceColumn = z.union([
  Identifier,
  z.strictObject({ column: Identifier, edges: z.array(z.number()).min(1) }),
  z.strictObject({ column: Identifier, quantiles: z.int().min(2).max(20) }),
]);
export type SliceColumn = z.infer<typeof SliceColumn>;

export const SlicePolicy = z.strictObject({
  columns: z.array(SliceColumn).min(1),
  /** Also every pair of the columns. */
  pairs: z.boolean().default(false),
  max_loss: Margin.optional(),
  min_rows: z.int().positive().default(200),
  min_per_class: z.int().positive().default(20),
});
export type SlicePolicy = z.infer<typeof SlicePolicy>;

export const EvaluatePolicy = z.strictObject({
  primary: MetricRule,
  guardrails: z.array(Guardrail).default([]),
  slices: SlicePolicy.optional(),
  /** Columns that describe protected groups: fairness is measured along them. */
  protected: z.array(Identifier).default([]),
  confidence: z.number().gt(0.5).lt(1).default(0.95),
  /** Intervals over fewer independent clusters than this are not trusted. */
  min_clusters: z.int().min(2).default(20),
  seed: z.int().nonnegative().default(1),
});
export type EvaluatePolicy = z.infer<typeof EvaluatePolicy>;

/** `models/<name>/model.yaml`: the recipe (data, features, train) and the policy (evaluate, …) of one model. */
export const Model = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'lower-case letters, digits and dashes'),
  task: Task,
  owner: z.string().optional(),
  data: Data,
  features: z.string().default('features.sql'),
  train: z
    .strictObject({
      run: z.string().min(1),
      params: z.record(z.string(), z.json()).default({}),
      seed: z.int().nonnegative().default(1),
      decision: z
        .strictObject({ threshold: z.union([z.number().min(0).max(1), z.strictObject({ max: z.string() })]) })
        .optional(),
    })
    .optional(),
  evaluate: EvaluatePolicy,
});
export type Model = z.infer<typeof Model>;
