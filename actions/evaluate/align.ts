import { UserError } from '#registry/error.ts';
import type { Predicted } from './predict.ts';
import type { Scores } from './task.ts';

const DEFAULT_THRESHOLD = 0.5;

/** Both versions' predictions with the classes in the candidate's order, and which rows are finite in both. */
export function alignedScores(candidate: Predicted, champion: Predicted | null, rows: number): Scores {
  for (const { artifact, score, opened } of champion === null ? [candidate] : [candidate, champion]) {
    if (score !== null && opened !== null && score.length !== rows * opened.width) {
      throw new Error(`the ${artifact.role} predicted ${score.length / opened.width} rows of ${rows}`);
    }
  }
  const classes = candidate.opened?.classes ?? champion?.opened?.classes ?? null;
  const aligned =
    champion === null || champion.score === null
      ? null
      : align(champion.score, champion.opened?.classes ?? null, classes);
  const finite = candidate.score === null ? null : finiteRows(candidate.score, aligned, rows);
  return {
    candidate: candidate.score,
    champion: aligned,
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

/** The champion's probabilities in the candidate's order of classes. */
function align(score: Float64Array, own: string[] | null, wanted: string[] | null): Float64Array {
  if (own === null || wanted === null || own.every((name, k) => name === wanted[k])) return score;
  const order = wanted.map((name) => own.indexOf(name));
  if (own.length !== wanted.length || order.includes(-1)) {
    throw new UserError(`the champion predicts the classes ${own.join(', ')}, the candidate ${wanted.join(', ')}`, {
      fix: 'Probabilities of different classes can’t be compared: judge the candidate without a champion, as a first version of a new model.',
    });
  }
  // Of two classes only the last one's probability is kept.
  if (own.length === 2) return score.map((probability) => 1 - probability);
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
