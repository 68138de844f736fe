import { sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { positiveScores } from '#lib/artifact/classes.ts';
import type { Opened } from '#lib/artifact/raw-data.ts';
import { type NumberArray, unpack } from '#lib/child/arrays.ts';
import { ChildStopped, type Limits, startChild } from '#lib/child/child.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import { type Golden, Scored, type ScoreRequest } from './score-request.ts';

const ENTRY = fileURLToPath(new URL('./score-child.ts', import.meta.url));

/** What a model said of rows that it was not fitted on, beside the truth. */
export interface HeldOutScores {
  rows: number;
  /** Of two classes the probability of the positive one; else as the model gives them, row-major. */
  score: Float64Array;
  label: NumberArray;
  weight: Float64Array | null;
  classes: string[] | null;
}

export interface Tried {
  opened: Opened;
  golden: Golden;
  /** Null where no rows were held out. */
  held: HeldOutScores | null;
}

/**
 * Loads a freshly trained artifact in a process of its own and predicts with it.
 * @throws UserError for a model that can't be loaded, does not fit its features, hangs, crashes or gives no numbers.
 */
export async function scoreArtifact(request: ScoreRequest, limits: Limits, world: World): Promise<Tried> {
  world.progress('predicting the validation rows');
  const child = startChild(ENTRY, 'the trained model', limits, world.signal);
  try {
    const { head, body } = await child.ask(request);
    const { opened, golden, rows, layout } = Scored.parse(head);
    requireNumbers(golden.outputs.flat().filter((output) => output === null).length, golden.outputs.length);
    if (!request.scored) return { opened, golden, held: null };
    const [score, label, weight] = unpack(layout, body);
    if (!(score instanceof Float64Array) || label === undefined || label.length !== rows)
      throw new Error('the process that tries the model sent no predictions');
    requireNumbers(countNotFinite(score, opened.width), rows);
    const { classes } = opened;
    const held: HeldOutScores = {
      rows,
      score:
        request.task === 'binary_classification'
          ? positiveScores(score, classes, String(request.positive ?? true))
          : score,
      label,
      weight: weight instanceof Float64Array ? weight : null,
      classes,
    };
    return { opened, golden, held };
  } catch (error) {
    world.signal.throwIfAborted();
    if (error instanceof UserError) {
      // Where it lies now is nobody's concern: it will be gone.
      const message = error.message.replaceAll(`${request.folder}${sep}`, '');
      throw new UserError(message, {
        fix: `${error.fix} What artifact.json says of it is set by train.onnx.`,
        cause: error,
      });
    }
    if (!(error instanceof ChildStopped)) throw error;
    throw new UserError(error.message, {
      fix: 'Try the model where it was exported; a model that is only large gets more by --memory-limit and --timeout.',
      cause: error,
    });
  } finally {
    child.stop();
  }
}

function requireNumbers(spoilt: number, rows: number): void {
  if (spoilt === 0) return;
  throw new UserError(`the trained model gives NaN or infinity for ${spoilt} of ${rows} rows`, {
    fix: 'Find out what its features are there: a missing number comes to it as NaN.',
  });
}

function countNotFinite(score: Float64Array, width: number): number {
  let count = 0;
  for (let row = 0; row < score.length; row += width) {
    if (!score.subarray(row, row + width).every(Number.isFinite)) count++;
  }
  return count;
}
