import { pack } from '#lib/child/arrays.ts';
import { serve } from '#lib/child/serve.ts';
import { checkDataset, requireSound } from '#lib/data/check.ts';
import { openDataset } from '#lib/data/dataset.ts';
import { openDatabase } from '#lib/data/duckdb.ts';
import { idsOfRows } from '#lib/data/ids.ts';
import type { LabelRule } from '#lib/data/label.ts';
import { overlapWithDataset, readSketch } from '#lib/data/sketch.ts';
import { readUnits, type Units } from '#lib/data/units.ts';
import type { SliceColumn } from '#registry/model.ts';
import { type DataRequest, DataRequest as Request } from './requests.ts';

/*
 * The process that reads the benchmark for the statistics: checks it against its declaration, and hands over label,
 * weight, cluster and slices of each row. It is the only one that sees labels.
 */

type Read = Extract<DataRequest, { kind: 'read' }>;
type Source = Awaited<ReturnType<typeof open>>;

let source: Source | null = null;

await serve(async (request) => {
  const asked = Request.parse(request);
  if (asked.kind === 'read') {
    source = await open(asked);
    return read(source, asked);
  }
  if (source === null) throw new Error('no data was read');
  if (asked.kind === 'slices') return readSlices(source, asked.slices);
  return { head: { ids: await idsOfRows(source.connection, source.dataset, source.id, asked.rows) } };
});

async function open(asked: Read) {
  const { data } = asked;
  const { connection } = await openDatabase({ temporary: data.temporary });
  const dataset = await openDataset(connection, data.dataset, { root: data.root, schema: data.schema });
  return { connection, dataset, id: data.id, label: labelOf(asked) };
}

function labelOf({ classes, data, label, positive, task }: Read): LabelRule {
  const { type } = data.schema[label];
  return { task, column: label, type, positive: positive ?? undefined, classes: classes ?? undefined };
}

/** Row for row as they were read before. */
async function readSlices({ connection, dataset, label }: Source, slices: readonly SliceColumn[]) {
  const units = await readUnits(connection, dataset, { label, slices });
  const { layout, body } = pack(units.slices.map(({ codes }) => codes));
  return { head: { slices: namesOf(units), layout }, body };
}

/** What the codes of each slice stand for. */
function namesOf({ slices }: Units) {
  return slices.map(({ column, values }) => ({ column, values }));
}

async function read({ connection, dataset, id, label }: Source, asked: Read) {
  const { schema } = asked.data;
  const facts = await checkDataset(connection, dataset, { schema, id, time: asked.time ?? undefined, label });
  requireSound(facts, dataset);
  const units = await readUnits(connection, dataset, {
    label,
    weight: asked.weight ?? undefined,
    cluster: asked.cluster ?? undefined,
    slices: asked.slices,
  });
  const sketches = [];
  for (const path of asked.sketches) sketches.push(await readSketch(connection, path));
  const overlaps = sketches.length === 0 ? [] : await overlapWithDataset(connection, sketches, dataset, id);
  const { layout, body } = pack([
    units.label,
    ...(units.weight === null ? [] : [units.weight]),
    ...(units.cluster === null ? [] : [units.cluster.codes]),
    ...units.slices.map(({ codes }) => codes),
  ]);
  const head = {
    rows: units.rows,
    clusters: units.cluster?.count ?? null,
    digest: facts.digest,
    start: facts.start,
    end: facts.end,
    overlaps: overlaps.map(({ shared, sampled, estimate }) => ({ shared, sampled, estimate })),
    weighted: units.weight !== null,
    slices: namesOf(units),
    layout,
  };
  return { head, body };
}
