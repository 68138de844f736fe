import { join } from 'node:path';
import { type Send, serve } from '#lib/child/serve.ts';
import { checkDataset, requireSound } from '#lib/data/check.ts';
import { type Dataset, openDataset } from '#lib/data/dataset.ts';
import { distinctValues } from '#lib/data/distinct.ts';
import { type Connection, literal, openDatabase } from '#lib/data/duckdb.ts';
import { idSketch, writeSketch } from '#lib/data/sketch.ts';
import { openFeatures } from '#lib/features/engine.ts';
import { fitState } from '#lib/features/fit.ts';
import { computeTrainingFeatures } from '#lib/features/training.ts';
import { UserError } from '#registry/error.ts';
import { PrepareRequest } from './prepare-request.ts';
import { splitRows } from './split.ts';

/*
 * The process that makes what training needs: it holds the training rows against their declaration, fits the state
 * tables on them, and computes their features through the same code that evaluation and serving run.
 */

await serve(async (request, send) => {
  const asked = PrepareRequest.parse(request);
  const { data, task, temporary } = asked;
  const { connection } = await openDatabase({ temporary });
  const dataset = await openDataset(connection, asked.dataset, { root: asked.root, schema: data.schema });
  await send({ step: `reading ${dataset.uri}` });
  const facts = await check(connection, dataset, asked);
  const split = asked.validation === 0 ? null : await splitRows(connection, dataset, data, asked.validation);
  const fitted = split?.fitted ?? dataset;
  const labels = task === 'regression' ? [] : await distinctValues(connection, fitted, data.label);
  if (split !== null && task === 'multiclass_classification')
    await requireKnown(connection, split.held, data.label, labels);
  await send({ step: 'noting the training rows’ ids' });
  const sketch = await idSketch(connection, dataset, data.id);
  await writeSketch(connection, sketch, join(asked.folder, 'artifact', 'training-ids.parquet'));
  await send({ step: 'fitting the state tables' });
  const state = await fitState({
    statements: asked.state,
    connection,
    // What is fitted must not know the rows that it is held against.
    dataset: fitted,
    folder: join(asked.folder, 'artifact', 'state'),
    database: { temporary },
    data,
    features: asked.features,
    seed: asked.seed,
  });
  const features = await compute(connection, fitted, asked, state, send);
  if (split !== null) await writeRaw(connection, split.held, join(asked.folder, 'validation.parquet'));
  const { rows, digest, start, end } = facts;
  return { head: { rows, digest, start, end, validation: split?.held.facts ?? null, features, labels } };
});

/** A model can't predict a class that it has not seen: better told now than after hours. */
async function requireKnown(connection: Connection, held: Dataset, column: string, labels: string[]): Promise<void> {
  const unknown = (await distinctValues(connection, held, column)).filter((label) => !labels.includes(label));
  if (unknown.length === 0) return;
  const named = unknown.slice(0, 10).join(', ');
  throw new UserError(`rows that are held out have the label ${named}, which no row to train on has`, {
    fix: 'Train on rows of every class: more of them, or with another train.validation.share.',
  });
}

/** Raw rows, from which the finished artifact makes its own features. */
async function writeRaw(connection: Connection, { relation }: Dataset, path: string): Promise<void> {
  await connection.run(`COPY (SELECT * FROM ${relation}) TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd)`);
}

async function check(connection: Connection, dataset: Dataset, { data, task }: PrepareRequest) {
  const column = data.schema[data.label];
  const classes = task === 'multiclass_classification';
  const facts = await checkDataset(connection, dataset, {
    // Which classes there are is what the training rows say; that each has one holds all the same.
    schema: classes ? { ...data.schema, [data.label]: { ...column, nullable: false } } : data.schema,
    id: data.id,
    time: data.time,
    label: classes ? undefined : { task, column: data.label, type: column.type, positive: data.positive },
  });
  requireSound(facts, dataset);
  return facts;
}

async function compute(
  connection: Connection,
  dataset: Dataset,
  { data, features: { name, sql }, folder, seed, temporary }: PrepareRequest,
  state: Record<string, string>,
  send: Send,
): Promise<string[]> {
  const hidden = new Set([data.label, ...data.known_later]);
  const features = await openFeatures({
    sql,
    name,
    state,
    columns: dataset.columns.filter((column) => !hidden.has(column.name)),
    hidden: dataset.columns.filter((column) => hidden.has(column.name)),
    id: data.id,
    seed,
    database: { temporary },
  });
  await computeTrainingFeatures({
    connection,
    dataset,
    features,
    carry: [data.label, data.time, data.weight].filter((column) => column !== undefined),
    path: join(folder, 'train.parquet'),
    database: { temporary },
    onRows: async (rows) => send({ step: `computing features: ${rows.toLocaleString('en')} rows` }),
  });
  features.close();
  return features.schema.map((feature) => feature.name);
}
