import { fileURLToPath } from 'node:url';
import type { ArtifactFolder } from '#lib/artifact/folder.ts';
import { Opened, type RawData } from '#lib/artifact/raw-data.ts';
import { unpack } from '#lib/child/arrays.ts';
import { type Child, type Limits, startChild } from '#lib/child/child.ts';
import type { Calls } from './latency.ts';
import { type ArtifactRequest, PredictedAll, PredictedPart, Timed } from './requests.ts';

const ENTRY = fileURLToPath(new URL('./artifact-child.ts', import.meta.url));

/** An artifact that runs in a process of its own. */
export interface RunningArtifact extends Opened {
  /** The predictions of every row in reading order, row-major, `width` a row; and the process's peak memory in bytes. */
  predict(rows: number, onRows: (done: number) => void): Promise<{ score: Float64Array; peak: number }>;
  prepare(rows: number): Promise<void>;
  time(single: number, batch: number): Promise<Calls>;
  stop(): void;
}

/** Opens an artifact over raw rows: binds its features.sql, loads its model. */
export async function runArtifact(
  artifact: ArtifactFolder,
  name: string,
  data: RawData,
  { seed, limits, signal }: { seed: number; limits: Limits; signal: AbortSignal },
): Promise<RunningArtifact> {
  const child = startChild(ENTRY, name, limits, signal);
  const ask = (request: ArtifactRequest, onFrame?: Parameters<Child['ask']>[1]) => child.ask(request, onFrame);
  const { path, description, state } = artifact;
  try {
    const { head } = await ask({ kind: 'open', folder: path, description, state, data, seed });
    const opened = Opened.parse(head);
    return {
      ...opened,
      async predict(expected, onRows) {
        let score = sharedNumbers(expected * opened.width);
        const closing = await ask({ kind: 'predict' }, ({ head, body }) => {
          const { first, rows, layout } = PredictedPart.parse(head);
          const [part] = unpack(layout, body);
          if (part === undefined || part.length !== rows * opened.width)
            throw new Error(`${name} sent a part of the wrong size`);
          const end = (first + rows) * opened.width;
          if (end > score.length) score = grown(score, end);
          score.set(part, first * opened.width);
          onRows(first + rows);
        });
        const { rows, peak } = PredictedAll.parse(closing.head);
        return { score: score.subarray(0, rows * opened.width), peak };
      },
      async prepare(rows) {
        await ask({ kind: 'prepare', rows });
      },
      async time(single, batch) {
        const { head, body } = await ask({ kind: 'time', single, batch });
        const [singles, batches] = unpack(Timed.parse(head).layout, body);
        if (!(singles instanceof Float64Array && batches instanceof Float64Array))
          throw new Error(`${name} sent no times`);
        return { single: singles, batch: batches };
      },
      stop: child.stop,
    };
  } catch (error) {
    child.stop();
    throw error;
  }
}

function grown(array: Float64Array, least: number): Float64Array {
  const larger = sharedNumbers(Math.max(least, array.length * 2));
  larger.set(array);
  return larger;
}

/** In memory that threads share, so that none copies them. */
function sharedNumbers(length: number): Float64Array {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}
