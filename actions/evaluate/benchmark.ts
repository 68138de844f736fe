import { fileURLToPath } from 'node:url';
import { type NumberArray, unpack } from '#lib/child/arrays.ts';
import { type Limits, startChild } from '#lib/child/child.ts';
import type { SliceColumn } from '#registry/model.ts';
import { type DataRequest, Ids, type Overlap, ReadAll, ReadSlices } from './requests.ts';
import type { SliceCodes } from './slices.ts';

const ENTRY = fileURLToPath(new URL('./data-child.ts', import.meta.url));

/** The benchmark as the statistics see it: no raw rows, only what is needed of each. */
export interface Benchmark {
  rows: number;
  /** 0 and 1, class numbers, or values, by the task. */
  label: Uint8Array | Int32Array | Float64Array;
  weight: Float64Array | null;
  clusters: Int32Array | null;
  clusterCount: number | null;
  /** The columns to slice by, then the protected ones. */
  slices: SliceCodes[];
  digest: string;
  /** Span of the time column, ISO 8601 in UTC; null without one. */
  start: string | null;
  end: string | null;
  /** For each sketch of training ids that was asked for. */
  overlaps: Overlap[];
}

/** The process that holds the benchmark. */
export interface BenchmarkReader {
  /** Checks and reads the benchmark. @throws UserError for data that breaks its declaration. */
  read(request: Extract<DataRequest, { kind: 'read' }>): Promise<Benchmark>;
  /** The same rows by other slices. @throws UserError for columns that can't be sliced. */
  slices(columns: readonly SliceColumn[]): Promise<SliceCodes[]>;
  /** Ids of some rows, in the order asked for. */
  ids(rows: number[]): Promise<string[]>;
  stop(): void;
}

/** Yields to the predictions, which take longer: whoever has less to do must not hold them up. */
export function startReader(limits: Limits, signal: AbortSignal): BenchmarkReader {
  const child = startChild(ENTRY, 'reading the benchmark', limits, signal, { yielding: true });
  return {
    async read(request) {
      const { head, body } = await child.ask(request);
      const facts = ReadAll.parse(head);
      const arrays = unpack(facts.layout, body).values();
      const label = next(arrays);
      if (label instanceof Uint16Array || label instanceof Uint32Array)
        throw new Error('the labels came in another type');
      const weight = facts.weighted ? next(arrays) : null;
      const clusters = facts.clusters === null ? null : next(arrays);
      if (weight !== null && !(weight instanceof Float64Array)) throw new Error('the weights came in another type');
      if (clusters !== null && !(clusters instanceof Int32Array)) throw new Error('the clusters came in another type');
      const slices = facts.slices.map((slice) => codesOf(slice, next(arrays)));
      const { rows, digest, start, end, overlaps } = facts;
      return { rows, label, weight, clusters, clusterCount: facts.clusters, slices, digest, start, end, overlaps };
    },
    async slices(columns) {
      const { head, body } = await child.ask({ kind: 'slices', slices: [...columns] } satisfies DataRequest);
      const facts = ReadSlices.parse(head);
      const arrays = unpack(facts.layout, body).values();
      return facts.slices.map((slice) => codesOf(slice, next(arrays)));
    },
    async ids(rows) {
      const { head } = await child.ask({ kind: 'ids', rows } satisfies DataRequest);
      return Ids.parse(head).ids;
    },
    stop: child.stop,
  };
}

function codesOf({ column, values }: { column: string; values: string[] }, codes: NumberArray): SliceCodes {
  return { columns: [column], keys: values.map((value) => [{ column, value }]), codes: new Int32Array(codes) };
}

function next(arrays: Iterator<NumberArray>): NumberArray {
  const { done, value } = arrays.next();
  if (done === true) throw new Error('an array is missing');
  return value;
}
