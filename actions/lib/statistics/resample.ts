import type { Predictions } from '#lib/metrics/metric.ts';
import { binaryPredictions, multiclassPredictions, regressionPredictions } from '#lib/metrics/predictions.ts';

/** Predictions of chosen rows, kept in ascending order of the score, so that a resample is sorted as it is made. */
export interface Base {
  /** All chosen rows, each once. */
  whole: Predictions;
  /** The rows whose unit was drawn, weighted by how often. `times` has an entry for each unit. */
  weighted(times: Uint32Array): Predictions;
}

/** `rows` are row numbers of `predictions`; `unit` is the independent unit of each of them. */
export function base(predictions: Predictions, rows: Uint32Array, unit: Int32Array): Base {
  const order = inScoreOrder(predictions, rows);
  const n = rows.length;
  const identity = new Uint32Array(n);
  const unitOf = new Int32Array(n);
  for (let k = 0; k < n; k++) {
    identity[k] = k;
    unitOf[k] = unit[order[k]];
  }
  const source = Uint32Array.from(order, (position) => rows[position]);
  const whole = take(predictions, source, null, identity);
  const drawn = new Uint32Array(n);
  const weight = new Float64Array(n);
  return {
    whole,
    weighted(times) {
      let m = 0;
      for (let k = 0; k < n; k++) {
        const count = times[unitOf[k]];
        drawn[m] = k;
        weight[m] = whole.weight === null ? count : count * whole.weight[k];
        if (count > 0) m++;
      }
      return take(whole, drawn.subarray(0, m), weight.subarray(0, m), identity);
    },
  };
}

/** Positions within `rows`, by ascending score of a binary classification; as they are otherwise. */
function inScoreOrder(predictions: Predictions, rows: Uint32Array): Uint32Array {
  const positions = new Uint32Array(rows.length);
  if (predictions.task !== 'binary_classification') {
    for (let k = 0; k < rows.length; k++) positions[k] = k;
    return positions;
  }
  const position = new Int32Array(predictions.rows).fill(-1);
  for (let k = 0; k < rows.length; k++) position[rows[k]] = k;
  let at = 0;
  for (const row of predictions.order()) if (position[row] >= 0) positions[at++] = position[row];
  return positions;
}

/** The given rows, in that order, with other weights where `weight` is passed. */
function take(from: Predictions, rows: Uint32Array, weight: Float64Array | null, identity: Uint32Array): Predictions {
  const n = rows.length;
  const weights = weight ?? (from.weight === null ? null : gather(from.weight, rows, new Float64Array(n)));
  switch (from.task) {
    case 'binary_classification': {
      const label = gather(from.label, rows, new Uint8Array(n));
      const score = gather(from.score, rows, new Float64Array(n));
      return binaryPredictions({ label, score, threshold: from.threshold, weight: weights }, () =>
        identity.subarray(0, n),
      );
    }
    case 'multiclass_classification': {
      const { classes } = from;
      const score = new Float64Array(n * classes);
      for (let k = 0; k < n; k++) {
        for (let c = 0; c < classes; c++) score[k * classes + c] = from.score[rows[k] * classes + c];
      }
      const label = gather(from.label, rows, new Int32Array(n));
      return multiclassPredictions({ label, score, classes, weight: weights });
    }
    case 'regression': {
      const label = gather(from.label, rows, new Float64Array(n));
      return regressionPredictions({ label, score: gather(from.score, rows, new Float64Array(n)), weight: weights });
    }
  }
}

function gather<T extends Float64Array | Int32Array | Uint8Array>(from: T, rows: Uint32Array, into: T): T {
  for (let k = 0; k < rows.length; k++) into[k] = from[rows[k]];
  return into;
}
