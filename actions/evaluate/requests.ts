import { z } from 'zod';
import { RawData } from '#lib/artifact/raw-data.ts';
import { Layout } from '#lib/child/arrays.ts';
import { Artifact } from '#registry/artifact.ts';
import { Task } from '#registry/metric.ts';
import { SliceColumn } from '#registry/model.ts';

/** What an artifact's process is asked, one after the other. */
export const ArtifactRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('open'),
    folder: z.string(),
    description: Artifact,
    state: z.record(z.string(), z.string()),
    data: RawData,
    seed: z.int(),
  }),
  /** Predict every row; answers come as parts of rows in reading order. */
  z.strictObject({ kind: z.literal('predict') }),
  /** Keep the features of the first rows, to be timed on. */
  z.strictObject({ kind: z.literal('prepare'), rows: z.int().positive() }),
  z.strictObject({ kind: z.literal('time'), single: z.int().positive(), batch: z.int().positive() }),
]);
export type ArtifactRequest = z.infer<typeof ArtifactRequest>;

/** A part of the answer to `predict`: predictions of `rows` rows from row `first` on. */
export const PredictedPart = z.object({ first: z.int().nonnegative(), rows: z.int().positive(), layout: Layout });

/** The closing answer to `predict`. */
export const PredictedAll = z.object({ rows: z.int().nonnegative(), peak: z.number() });

/** The answer to `time`: milliseconds of each call, single rows first. */
export const Timed = z.object({ layout: Layout });

/** Ids that the benchmark shares with one version's training rows. */
const Overlap = z.object({
  shared: z.int().nonnegative(),
  /** Share of all ids that was compared. */
  sampled: z.number(),
  /** About how many are shared in all. */
  estimate: z.number(),
});
export type Overlap = z.infer<typeof Overlap>;

/** What the process that reads the benchmark is asked. */
export const DataRequest = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('read'),
    data: RawData,
    task: Task,
    label: z.string(),
    positive: z.union([z.string(), z.number()]).nullable(),
    classes: z.array(z.string()).nullable(),
    time: z.string().nullable(),
    weight: z.string().nullable(),
    cluster: z.string().nullable(),
    slices: z.array(SliceColumn),
    /** Sketches of the ids that each version was trained on. */
    sketches: z.array(z.string()),
  }),
  /** Other slices of the data that were read, for a policy that is proposed. */
  z.strictObject({ kind: z.literal('slices'), slices: z.array(SliceColumn) }),
  /** The ids of some rows by their numbers, for the list of flips. */
  z.strictObject({ kind: z.literal('ids'), rows: z.array(z.int().nonnegative()) }),
]);
export type DataRequest = z.infer<typeof DataRequest>;

const SliceFacts = z.array(z.object({ column: z.string(), values: z.array(z.string()) }));

/** The answer to `slices`: their codes as the arrays of its body. */
export const ReadSlices = z.object({ slices: SliceFacts, layout: Layout });

/** The answer to `read`: facts of the benchmark, with label, weight, clusters and slice codes as the arrays of its body. */
export const ReadAll = z.object({
  rows: z.int().positive(),
  clusters: z.int().nullable(),
  digest: z.string(),
  start: z.string().nullable(),
  end: z.string().nullable(),
  overlaps: z.array(Overlap),
  weighted: z.boolean(),
  slices: SliceFacts,
  layout: Layout,
});

/** The answer to `ids`. */
export const Ids = z.object({ ids: z.array(z.string()) });
