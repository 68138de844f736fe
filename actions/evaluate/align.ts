import { isReversed, positiveScores } from '#lib/artifact/classes.ts';
import { UserError } from '#registry/error.ts';
import type { Model } from '#registry/model.ts';
import type { Predicted } from './predict.ts';
import type { Scores } from './task.ts';

const DEFAULT_THRESHOLD = 0.5;

/**
 * Both versions' predictions as the label has them, and which rows are finite in both: of two classes the probability
 * of the positive one, of more those of the candidate's classes in its order.
 */
export function alignedScores(
  model: Pick<Model, 'task' | 'data'>,
  candidate: Predicted,
  champion: Predicted | null,
  rows: number,
): Scores {
  const versions = champion === null ? [candidate] : [candidate, champion];
  for (const { artifact, score, opened } of versions) {
    if (score !== null && opened !== null && score.length !== rows * opened.width) {
      throw new Error(`the ${artifact.role} predicted ${score.length / opened.width} rows of ${rows}`);
    }
  }
  const isBinary = model.task === 'binary_classification';
  const positive = String(model.data.positive ?? true);
  const own = classesOf(candidate) ?? (champion === null ? null : classesOf(champion));
  const classes = isBinary && own !== null && isReversed(own, positive) ? own.toReversed() : own;
  const scoresOf = (version: Predicted) =>
    version.score === null
      ? null
      : isBinary
        ? positiveScores(version.score, classesOf(version), positive)
        : inOrder(version.score, classesOf(version), classes);
  const scores = { candidate: scoresOf(candidate), champion: champion === null ? null : scoresOf(champion) };
  const finite = scores.candidate === null ? null : finiteRows(scores.candidate, scores.champion, rows);
  return {
    ...scores,
    compared: champion !== null,
    thresholds: {
      candidate: candidate.artifact.description.threshold ?? DEFAULT_THRESHOLD,
      champion: champion?.artifact.description.threshold ?? DEFAULT_THRESHOLD,
    },
    classes,
    finite,
    notFinite: finite === null ? 0 : finite.reduce((count, flag) => count + 1 - flag, 0),
  };
}

function classesOf({ opened }: Predicted): string[] | null {
  return opened?.classes ?? null;
}

/** A version's probabilities in the wanted order of classes. */
function inOrder(score: Float64Array, own: string[] | null, wanted: string[] | null): Float64Array {
  if (own === null || wanted === null || own.every((name, k) => name === wanted[k])) return score;
  const order = wanted.map((name) => own.indexOf(name));
  if (own.length !== wanted.length || order.includes(-1)) {
    throw new UserError(`the champion predicts the classes ${own.join(', ')}, the candidate ${wanted.join(', ')}`, {
      fix: 'Probabilities of different classes can’t be compared: judge the candidate without a champion, as a first version of a new model.',
    });
  }
  const width = own.length;
  const aligned = new Float64Array(score.length);
  for (let row = 0; row < score.length; row += width) {
    for (let k = 0; k < width; k++) aligned[row + k] = score[row + order[k]];
  }
  return aligned;
}

/** 1 where all outputs of both are finite; null where all rows are. */
function finiteRows(candidate: Float64Array, champion: Float64Array | null, rows: number): Uint8Array | null {
  const finite = new Uint8Array(rows).fill(1);
  let all = true;
  for (const score of champion === null ? [candidate] : [candidate, champion]) {
    const width = score.length / rows;
    for (let at = 0; at < score.length; at++) {
      if (Number.isFinite(score[at])) continue;
      finite[Math.floor(at / width)] = 0;
      all = false;
    }
  }
  return all ? null : finite;
}
