import { z } from 'zod';
import { Artifact } from './artifact.ts';
import { MetricParams, Task } from './metric.ts';
import { metrics } from './metrics.generated.ts';
import { MODEL_NAME, NAMES } from './model-name.ts';

const Identifier = z.string().min(1).max(200);
const Margin = z.number().nonnegative();
const Age = z.string().regex(/^\d{1,5}[dh]$/, 'a number of days or hours, as 90d or 12h');

const metricNames = [...new Set(metrics.map((metric) => metric.name))];
/** How the schema describes each of the keys that are parameters of metrics. */
export const metricParameter = 'Parameter of the metrics that have it';
const Parameter = z.number().optional().describe(metricParameter);
/** Every parameter that some metric has; whether this metric has it is a matter of two fields, checked with the others. */
const inlineParams: object = Object.fromEntries(
  metrics.flatMap((metric) => Object.keys(metric.params)).map((name) => [name, Parameter]),
);

/** Where rows come from: one file, or a glob; CSV, Parquet or JSON lines, also `.gz` and `.zst`. */
export const Dataset = z.strictObject({
  uri: z.string().min(1).describe('A path from the root of the repository, or a glob; `.gz` and `.zst` too'),
  format: z.enum(['csv', 'parquet', 'jsonl']).optional().describe('Where the file’s name does not tell'),
  min_rows: z.int().positive().optional().describe('How many rows it was promised to have at least'),
  max_age: Age.optional().describe('How old its newest row may be: `90d`, `12h`; needs `data.time`'),
});
export type Dataset = z.infer<typeof Dataset>;

export const ColumnType = z.enum(['boolean', 'integer', 'bigint', 'float', 'double', 'string', 'date', 'timestamp']);
export type ColumnType = z.infer<typeof ColumnType>;

/** The declared type of one raw column and what its values may be. */
export const Column = z.strictObject({
  type: ColumnType.describe('The type of its values'),
  nullable: z.boolean().default(false).describe('Whether a value may be missing'),
  min: z.union([z.number(), z.string()]).optional().describe('The smallest value allowed; for dates as text'),
  max: z.union([z.number(), z.string()]).optional().describe('The largest value allowed'),
  allowed: z
    .array(z.union([z.string(), z.number(), z.boolean()]))
    .min(1)
    .optional()
    .describe('The only values allowed'),
});
export type Column = z.infer<typeof Column>;

export const Data = z.strictObject({
  train: Dataset.optional().describe('Rows to train on'),
  benchmark: Dataset.describe('Fixed labelled rows on which versions are compared'),
  production: Dataset.optional().describe('Rows that production sees'),
  id: Identifier.describe('The column that tells rows apart; pairs champion and candidate'),
  time: Identifier.optional().describe(
    'The column that says when a row happened; training must end before the benchmark begins',
  ),
  label: Identifier.describe('The column to predict'),
  label_delay: Age.optional().describe(
    'How long after its time a row’s label is known: `6h`, `30d`; features of training rows may know no later label',
  ),
  positive: z
    .union([z.string(), z.number()])
    .optional()
    .describe('The label’s value that is the positive class, where it is neither true nor 1'),
  known_later: z
    .array(Identifier)
    .default([])
    .describe('Columns that are not known yet when a prediction is made; `features.sql` does not get them'),
  cluster: Identifier.optional().describe(
    'SQL over the raw columns that names the unit that is independent: a day, a user, a patient',
  ),
  weight: Identifier.optional().describe('The column that says how much a row counts'),
  schema: z.record(Identifier, Column).describe('Every raw column that is used, by name'),
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
    metric: z.enum(metricNames).describe('A [metric](metrics.md) of the task, with its parameters beside it'),
    max_loss: Margin.optional().describe('How much worse than the champion it may be, in the metric’s unit'),
    min_gain: Margin.optional().describe('How much better than the champion it must be'),
    at_least: z.number().optional().describe('What the candidate’s own value must be at least'),
    at_most: z.number().optional().describe('What the candidate’s own value may be at most'),
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
  latency: z.enum(['p50_ms', 'p95_ms', 'p99_ms']).describe('Which percentile of the time of one call'),
  of: z.enum(['single', 'batch']).default('single').describe('Calls with one row, or with a batch'),
  at_most: z.number().positive().optional().describe('Milliseconds'),
  max_ratio: z.number().positive().optional().describe('How many times as slow as the champion it may be'),
});
export type LatencyRule = z.infer<typeof LatencyRule>;

export const SizeRule = z.strictObject({
  size: z.literal('megabytes').describe('The size of the artifact; a megabyte is 10⁶ bytes'),
  at_most: z.number().positive().describe('Megabytes'),
});
export const MemoryRule = z.strictObject({
  memory: z.literal('megabytes').describe('The peak memory of the process that ran the candidate'),
  at_most: z.number().positive().describe('Megabytes'),
});
export const FairnessRule = z.strictObject({
  fairness: z
    .enum(['demographic_parity_difference', 'demographic_parity_ratio', 'equalized_odds_difference'])
    .describe('Which measure of fairness'),
  column: Identifier.describe('One of `evaluate.protected`'),
  at_least: z.number().optional().describe('For the ratio; 0.8 is the four-fifths rule'),
  at_most: z.number().optional().describe('For the differences'),
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
  columns: z
    .array(SliceColumn)
    .min(1)
    .describe('Columns to slice by; a numeric one as `{ column: …, edges: […] }` or `{ column: …, quantiles: 4 }`'),
  pairs: z.boolean().default(false).describe('Also every pair of the columns'),
  max_loss: Margin.optional().describe(
    'How much worse than the champion no slice may be shown to be, by the primary metric',
  ),
  min_rows: z.int().positive().default(200).describe('Slices with fewer rows are listed, not judged'),
  min_per_class: z.int().positive().default(20).describe('Likewise with fewer rows of some class'),
});
export type SlicePolicy = z.infer<typeof SlicePolicy>;

export const EvaluatePolicy = z.strictObject({
  primary: MetricRule.describe(
    'What the candidate must be good at: a metric with exactly one of `max_loss` and `min_gain`',
  ),
  guardrails: z
    .array(Guardrail)
    .default([])
    .describe('What it must not spoil: each one rule, in one of the forms below'),
  slices: SlicePolicy.optional().describe('Parts of the benchmark that are looked at one by one'),
  protected: z
    .array(Identifier)
    .default([])
    .describe('Columns that describe protected groups: fairness is measured along them'),
  confidence: z.number().gt(0.5).lt(1).default(0.95).describe('Of the two-sided intervals'),
  min_clusters: z.int().min(2).default(20).describe('Intervals from fewer independent clusters are not trusted'),
  seed: z.int().nonnegative().default(1).describe('Of all that is drawn at random'),
});
export type EvaluatePolicy = z.infer<typeof EvaluatePolicy>;

/** What a threshold is fitted to: a metric with its parameters beside it, as `{ min: expected_cost, false_negative: 5, … }`. */
export const ThresholdRule = z.strictObject({
  ...inlineParams,
  max: z.string().optional().describe('The [metric](metrics.md) that it makes largest, with its parameters beside it'),
  min: z.string().optional().describe('The metric that it makes smallest, likewise'),
});
export type ThresholdRule = z.infer<typeof ThresholdRule>;

/** How a version is trained: the program, what it is told, and which rows it doesn't get. */
export const TrainRecipe = z.strictObject({
  run: z.string().min(1).describe('The program, without a shell: `node train.ts`'),
  params: z
    .record(z.string(), z.json())
    .default({})
    .describe(
      'Whatever the program wants to be told; `{ values: […] }` lists values for `tiltyard train --sweep` to try',
    ),
  seed: z.int().nonnegative().default(1).describe('Of all that training draws at random'),
  validation: z
    .strictObject({
      share: z
        .number()
        .min(0)
        .max(0.5)
        .default(0.1)
        .describe('Share of the training rows, the latest ones, that the program does not get'),
    })
    .prefault({})
    .describe('Rows on which the threshold is fitted and runs are compared'),
  decision: z
    .strictObject({
      threshold: z
        .union([z.number().min(0).max(1), ThresholdRule])
        .describe(
          'From which probability on a row is positive: a number; or fitted on the validation rows: `{ max: f1 }`',
        ),
    })
    .optional()
    .describe('How probabilities become decisions'),
  onnx: Artifact.pick({ output: true, activation: true })
    .prefault({})
    .describe('How the model’s output is read, as artifact.json will have it'),
  tolerance: z
    .number()
    .nonnegative()
    .default(0)
    .describe('How far the validation metrics of a second training may lie from the first’s, where its bytes differ'),
  env: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of a variable'))
    .default([])
    .describe('Further variables of the environment that the program gets'),
  limits: z
    .strictObject({
      megabytes: z.number().positive().default(8_000).describe('Memory of the program and all that it starts'),
      minutes: z.number().positive().default(350).describe('Longest time that it may run'),
    })
    .prefault({})
    .describe('What the program may use'),
});
export type TrainRecipe = z.infer<typeof TrainRecipe>;

/** `models/<name>/model.yaml`: the recipe (data, features, train) and the policy (evaluate, …) of one model. */
export const Model = z.strictObject({
  name: z.string().regex(MODEL_NAME, NAMES).describe('As its folder under `models/`'),
  task: Task.describe('What the model predicts'),
  owner: z.string().optional().describe('Who answers for it: `"@acme/ml-flights"`'),
  data: Data.describe('The rows, and what their columns are'),
  features: z.string().default('features.sql').describe('The SELECT that makes features of raw rows'),
  train: TrainRecipe.optional().describe('How a version is trained'),
  evaluate: EvaluatePolicy.describe('What is good enough'),
});
export type Model = z.infer<typeof Model>;
