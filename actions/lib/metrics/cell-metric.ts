import type { MetricFacts, MetricParams } from '#registry/metric.ts';
import { type CellDerivatives, confusion, influenceByCell, stepByCell } from './confusion.ts';
import type { BinaryPredictions, CellWeights, Metric } from './metric.ts';

/** What sets apart one metric that is a function of the four cells of the confusion matrix. */
interface CellMetric extends Pick<MetricFacts, 'name' | 'better' | 'description'> {
  relative?: boolean;
  params?: MetricFacts['params'];
  /** [0, 1] where nothing else is said. */
  range?: readonly [number, number];
  /**
   * The value and its derivatives by the cells' weights. Cells must be scale-free (twice the weight, the same value), so
   * that the influence values sum to zero. Undefined is NaN.
   */
  at(this: void, cells: CellWeights, params: MetricParams): { value: number; by: CellDerivatives };
}

/** A metric of the confusion matrix: the delta method gives its influence values. */
export function cellMetric({ at, ...facts }: CellMetric): Metric<BinaryPredictions> {
  return {
    relative: true,
    params: {},
    range: [0, 1],
    ...facts,
    task: 'binary_classification',
    smooth: true,
    rootN: true,
    thresholdFromBenchmark: false,
    thresholded: true,
    ofCells: (cells, params) => at(cells, params).value,
    step: (predictions, params) => stepByCell(predictions, at(confusion(predictions), params).by),
    measure(predictions, params, influence) {
      const { value, by } = at(confusion(predictions), params);
      if (Number.isNaN(value)) influence?.fill(Number.NaN);
      else if (influence !== undefined) influenceByCell(predictions, by, influence);
      return value;
    },
  };
}
