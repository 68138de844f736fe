import { join } from 'node:path';
import { serve } from '#lib/child/serve.ts';
import { checkDataset, requireSound } from '#lib/data/check.ts';
import { DUCKDB_TYPE } from '#lib/data/column-type.ts';
import { openDataset } from '#lib/data/dataset.ts';
import { openDatabase } from '#lib/data/duckdb.ts';
import { openLog } from '#lib/data/log.ts';
import { openFeatures } from '#lib/features/engine.ts';
import { compareFeatures } from '#lib/features/parity.ts';
import { computeTrainingFeatures } from '#lib/features/training.ts';
import { ParityRequest } from './parity-request.ts';

/*
 * The process that computes features of raw rows as training, evaluation and serving do, and holds what production logged
 * against them.
 */

await serve(async (request, send) => {
  const asked = ParityRequest.parse(request);
  const { root, data, temporary } = asked;
  const hidden = new Set([data.label, ...data.known_later]);
  const all = Object.entries(data.schema).map(([name, { type }]) => ({ name, type }));
  const features = await openFeatures({
    sql: asked.features.sql,
    name: asked.features.name,
    state: asked.state,
    columns: all.filter(({ name }) => !hidden.has(name)),
    hidden: all.filter(({ name }) => hidden.has(name)),
    id: data.id,
    seed: asked.seed,
    database: { temporary },
  });
  const { connection } = await openDatabase({ temporary });
  // Production has no labels, and perhaps not every column that is declared.
  const schema = Object.fromEntries(features.rawColumns.map(({ name }) => [name, data.schema[name]]));
  const dataset = await openDataset(connection, { uri: asked.raw }, { root, schema });
  const { id } = data;
  // Rows are paired by their ids; what else is declared of them is not what is asked here.
  requireSound(await checkDataset(connection, dataset, { schema: { [id]: data.schema[id] }, id }), dataset);
  const path = join(temporary, 'computed.parquet');
  await computeTrainingFeatures({
    connection,
    dataset,
    features,
    carry: [id],
    path,
    database: { temporary },
    onRows: async (rows) => send({ step: `computing features: ${rows.toLocaleString('en')} rows` }),
  });
  await send({ step: `comparing with ${asked.logged}` });
  const log = await openLog(connection, asked.logged, root);
  const { schema: computed } = features;
  const key = { name: id, type: DUCKDB_TYPE[data.schema[id].type] };
  const { tolerance } = asked;
  return { head: await compareFeatures({ connection, path, log, id: key, features: computed, tolerance }) };
});
