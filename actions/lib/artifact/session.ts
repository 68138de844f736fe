import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Dataset, openDataset } from '#lib/data/dataset.ts';
import { type Chunk, type Connection, identifier, openDatabase } from '#lib/data/duckdb.ts';
import { readChunks } from '#lib/data/read.ts';
import type { Batch } from '#lib/features/batch.ts';
import { batches } from '#lib/features/batches.ts';
import { type Features, openFeatures } from '#lib/features/engine.ts';
import type { FeatureRows } from '#lib/onnx/features.ts';
import { openPredictor, type Predictor } from '#lib/onnx/predictor.ts';
import type { Artifact } from '#registry/artifact.ts';
import { UserError } from '#registry/error.ts';
import type { Opened, RawData } from './raw-data.ts';

/** Rows that go through features.sql at a time: 60 of DuckDB's chunks. */
const CHUNKS_A_BATCH = 60;

export interface SessionRequest {
  /** The artifact's folder. */
  folder: string;
  description: Artifact;
  /** Fitted tables: name → path of the Parquet file. */
  state: Record<string, string>;
  data: RawData;
  /** Chooses the rows whose features are computed twice. */
  seed: number;
}

/** Rows of one batch as they come out of the artifact. */
export interface Predicted {
  computed: Batch;
  /** Row-major, `width` a row. */
  predictions: Float64Array;
}

/**
 * An artifact over raw rows: raw rows → its own features.sql → its own model. Only for a process of its own, since the
 * model is a stranger's.
 */
export interface Session {
  opened: Opened;
  features: Features;
  predictor: Predictor;
  /** Where the raw rows are read, for whoever needs more of them than the features do. */
  raw: { connection: Connection; dataset: Dataset };
  /** The raw columns that features.sql reads, row by row. */
  chunks(): AsyncGenerator<Chunk>;
  /** All rows in reading order; one batch at a time is held, whatever their number. */
  predict(): AsyncGenerator<Predicted>;
}

/** Binds the artifact's features.sql to the rows, and loads its model. */
export async function openSession({ folder, description, state, data, seed }: SessionRequest): Promise<Session> {
  const { connection } = await openDatabase({ temporary: data.temporary });
  const dataset = await openDataset(connection, data.dataset, { root: data.root, schema: data.schema });
  const hidden = new Set(data.hidden);
  const features = await openFeatures({
    sql: await readFile(join(folder, 'features.sql'), 'utf8'),
    name: join(folder, 'features.sql'),
    state,
    columns: dataset.columns.filter(({ name }) => !hidden.has(name)),
    hidden: dataset.columns.filter(({ name }) => hidden.has(name)),
    id: data.id,
    seed,
    database: { temporary: data.temporary },
  });
  const path = join(folder, 'model.onnx');
  const model = await readFile(path);
  const predictor = await naming(path, async () =>
    openPredictor({ model, artifact: description, features: features.schema }),
  );
  const columns = features.rawColumns.map(({ name }) => identifier(name));
  const chunks = () => readChunks(connection, dataset, columns);
  const { facts, classes, width } = predictor;
  return {
    opened: {
      contract: {
        columns: features.rawColumns,
        outputs: facts.outputs,
        classes,
        inputs: facts.inputs,
        opset: facts.opset,
      },
      features: features.schema.map(({ name }) => name),
      classes,
      width,
    },
    features,
    predictor,
    raw: { connection, dataset },
    chunks,
    async *predict() {
      for await (const batch of batches(chunks(), CHUNKS_A_BATCH)) {
        const computed = await features.compute(batch, predictor.layout);
        const predictions = await naming(path, async () => predictor.predict(featureRows(computed), computed.rows));
        yield { computed, predictions };
      }
    },
  };
}

/** The features in the form that the model takes; features.sql's own nulls are NaN by now, or were refused. */
export function featureRows(batch: Batch): FeatureRows {
  if (batch.layout === 'matrix') return batch.matrix;
  return batch.columns.map(({ values }) => ({ items: values, validity: null }));
}

/** The predictor knows nothing of files; whoever reads its complaint must know which model is meant. */
async function naming<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const message = error.message.startsWith('model.onnx')
      ? error.message.slice('model.onnx'.length)
      : `: ${error.message}`;
    throw new UserError(`${path}${message}`, { fix: error.fix, cause: error });
  }
}
