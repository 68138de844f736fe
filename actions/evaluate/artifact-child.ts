import { featureRows, openSession, type Session } from '#lib/artifact/session.ts';
import { pack } from '#lib/child/arrays.ts';
import { type Send, serve } from '#lib/child/serve.ts';
import type { Chunk } from '#lib/data/duckdb.ts';
import { ArtifactRequest } from './requests.ts';

/*
 * The process of one artifact: raw rows → its own features.sql → its own model. It reads the benchmark's files itself,
 * but neither the label nor what is known later, and holds one batch at a time, whatever the number of rows.
 */

let session: Session | null = null;
let timed: { single: () => Promise<unknown>; batch: () => Promise<unknown> } | null = null;

await serve(async (request, send) => {
  const asked = ArtifactRequest.parse(request);
  if (asked.kind === 'open') {
    session = await openSession(asked);
    return { head: session.opened };
  }
  if (session === null) throw new Error('the artifact is not open');
  if (asked.kind === 'predict') return { head: await predictAll(session, send) };
  if (asked.kind === 'prepare') {
    timed = await prepare(session, asked.rows);
    return {};
  }
  if (timed === null) throw new Error('nothing is prepared');
  const { layout, body } = pack([await time(timed.single, asked.single), await time(timed.batch, asked.batch)]);
  return { head: { layout }, body };
});

async function predictAll({ predict }: Session, send: Send): Promise<Record<string, unknown>> {
  let first = 0;
  for await (const { computed, predictions } of predict()) {
    const { layout, body } = pack([predictions]);
    await send({ first, rows: computed.rows, layout }, body);
    first += computed.rows;
  }
  return { rows: first, peak: process.resourceUsage().maxRSS * 1024 };
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
