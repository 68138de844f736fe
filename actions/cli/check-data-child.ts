import { serve } from '#lib/child/serve.ts';
import { checkDataset } from '#lib/data/check.ts';
import { openDataset } from '#lib/data/dataset.ts';
import { openDatabase } from '#lib/data/duckdb.ts';
import { CheckRequest } from './check-data-request.ts';

await serve(async (request) => {
  const { root, dataset: uri, data, task, labelled, temporary } = CheckRequest.parse(request);
  const { connection } = await openDatabase({ temporary });
  const dataset = await openDataset(connection, uri, { root, schema: data.schema });
  // The classes of a multiclass model are its artifact's to name; without one, the declared schema alone is held.
  const label =
    labelled && task !== 'multiclass_classification'
      ? { task, column: data.label, type: data.schema[data.label].type, positive: data.positive }
      : undefined;
  const { breaches, ...facts } = await checkDataset(connection, dataset, {
    schema: data.schema,
    id: data.id,
    time: data.time,
    label,
  });
  const sentences = breaches.map(({ sentence }) => sentence);
  return { head: { uri: dataset.uri, files: dataset.files.length, ...facts, breaches: sentences } };
});
