import { openSession, type Predicted, type Session } from '#lib/artifact/session.ts';
import { type NumberArray, pack } from '#lib/child/arrays.ts';
import { serve } from '#lib/child/serve.ts';
import { readUnits } from '#lib/data/units.ts';
import type { Batch } from '#lib/features/batch.ts';
import { random, sample } from '#lib/statistics/random.ts';
import { type Golden, ScoreRequest } from './score-request.ts';

/*
 * The process that tries what training made: it loads the model, binds it to the artifact's own features.sql, and
 * predicts rows that were kept from fitting, as evaluation will predict the benchmark's.
 */

await serve(async (request) => {
  const asked = ScoreRequest.parse(request);
  const session = await openSession(asked);
  const { opened } = session;
  const parts: Float64Array[] = [];
  let golden: Golden | null = null;
  for await (const batch of session.predict()) {
    golden ??= goldenRows(session, batch, asked);
    if (!asked.scored) break;
    parts.push(batch.predictions);
  }
  if (golden === null) throw new Error('there are no rows to try the model on');
  const arrays: NumberArray[] = asked.scored ? [joined(parts), ...(await truth(session, asked))] : [];
  const { layout, body } = pack(arrays);
  const rows = asked.scored ? (arrays[0]?.length ?? 0) / opened.width : 0;
  return { head: { opened, golden, rows, layout }, body };
});

/** Labels as numbers and, where rows have them, weights. */
async function truth({ raw, opened }: Session, { task, label, positive, weight, data }: ScoreRequest) {
  const rule = {
    task,
    column: label,
    type: data.schema[label].type,
    positive: positive ?? undefined,
    classes: opened.classes ?? undefined,
  };
  const units = await readUnits(raw.connection, raw.dataset, {
    label: rule,
    weight: weight ?? undefined,
    slices: [],
  });
  return units.weight === null ? [units.label] : [units.label, units.weight];
}

function goldenRows({ opened }: Session, { computed, predictions }: Predicted, asked: ScoreRequest): Golden {
  const chosen = [...sample(computed.rows, asked.golden, random(asked.seed))];
  const { features, width } = opened;
  return {
    features,
    rows: chosen.map((row) => features.map((_, column) => valueOf(computed, row, column, features.length))),
    outputs: chosen.map((row) => [...predictions.subarray(row * width, (row + 1) * width)].map(finite)),
  };
}

function valueOf(batch: Batch, row: number, column: number, width: number): number | string | null {
  const value = batch.layout === 'matrix' ? batch.matrix[row * width + column] : batch.columns[column].values[row];
  if (typeof value === 'number') return finite(value);
  // What a double can't hold exactly stays text.
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  return value;
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const all = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
