import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pack } from '#lib/child/arrays.ts';
import { type Send, serve } from '#lib/child/serve.ts';
import { openDataset } from '#lib/data/dataset.ts';
import { type Chunk, identifier, openDatabase } from '#lib/data/duckdb.ts';
import { readChunks } from '#lib/data/read.ts';
import type { Batch } from '#lib/features/batch.ts';
import { batches } from '#lib/features/batches.ts';
import { openFeatures } from '#lib/features/engine.ts';
import type { FeatureRows } from '#lib/onnx/features.ts';
import { openPredictor } from '#lib/onnx/predictor.ts';
import { UserError } from '#registry/error.ts';
import { type ArtifactRequest, ArtifactRequest as Request } from './requests.ts';

/*
 * The process of one artifact: raw rows → its own features.sql → its own model. It reads the benchmark's files itself,
 * but neither the label nor what is known later, and holds one batch at a time, whatever the number of rows.
 */

/** Rows that go through features.sql at a time: 60 of DuckDB's chunks. */
const CHUNKS_A_BATCH = 60;

type Open = Extract<ArtifactRequest, { kind: 'open' }>;
type Session = Awaited<ReturnType<typeof open>>;

let session: Session | null = null;
let timed: { single: () => Promise<unknown>; batch: () => Promise<unknown> } | null = null;

await serve(async (request, send) => {
  const asked = Request.parse(request);
  if (asked.kind === 'open') {
    session = await open(asked);
    return { head: session.opened };
  }
  if (session === null) throw new Error('the artifact is not open');
  if (asked.kind === 'predict') return { head: await predict(session, send) };
  if (asked.kind === 'prepare') {
    timed = await prepare(session, asked.rows);
    return {};
  }
  if (timed === null) throw new Error('nothing is prepared');
  const { layout, body } = pack([await time(timed.single, asked.single), await time(timed.batch, asked.batch)]);
  return { head: { layout }, body };
});

async function open({ folder, description, state, data, seed }: Open) {
  const raw = await openDatabase({ temporary: data.temporary });
  const dataset = await openDataset(raw.connection, data.dataset, { root: data.root, schema: data.schema });
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
  const predictor = await naming(path, () =>
    openPredictor({ model, artifact: description, features: features.schema }),
  );
  const chunks = () =>
    readChunks(
      raw.connection,
      dataset,
      features.rawColumns.map(({ name }) => identifier(name)),
    );
  const { facts, classes, width } = predictor;
  const opened = {
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
  };
  return { features, predictor, chunks, opened, path };
}

async function predict({ features, predictor, chunks, path }: Session, send: Send): Promise<Record<string, unknown>> {
  let first = 0;
  for await (const batch of batches(chunks(), CHUNKS_A_BATCH)) {
    const computed = await features.compute(batch, predictor.layout);
    const predictions = await naming(path, () => predictor.predict(featureRows(computed), computed.rows));
    const { layout, body } = pack([predictions]);
    await send({ first, rows: computed.rows, layout }, body);
    first += computed.rows;
  }
  return { rows: first, peak: process.resourceUsage().maxRSS * 1024 };
}

/** The predictor knows nothing of files; whoever reads its complaint must know which of the two models is meant. */
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

/** The features in the form that the model takes; features.sql's own nulls are NaN by now, or were refused. */
function featureRows(batch: Batch): FeatureRows {
  if (batch.layout === 'matrix') return batch.matrix;
  return batch.columns.map(({ values }) => ({ items: values, validity: null }));
}

async function prepare({ features, predictor, chunks }: Session, rows: number) {
  const held: Chunk[] = [];
  let count = 0;
  for await (const chunk of chunks()) {
    held.push(chunk);
    count += chunk.rowCount;
    if (count >= rows) break;
  }
  const computed = featureRows(await features.compute(held, predictor.layout));
  return { single: predictor.prepare(computed, 1), batch: predictor.prepare(computed, Math.min(rows, count)) };
}

async function time(call: () => Promise<unknown>, times: number): Promise<Float64Array> {
  const milliseconds = new Float64Array(times);
  for (let i = 0; i < times; i++) {
    const start = process.hrtime.bigint();
    await call();
    milliseconds[i] = Number(process.hrtime.bigint() - start) / 1e6;
  }
  return milliseconds;
}
