import type { MetricFacts, MetricParams } from '#registry/metric.ts';

/**
 * What one version predicted for the benchmark's rows, beside the truth. Every array has `rows` entries; all are
 * finite (rows with a prediction that is not are handled before).
 */
export interface BinaryPredictions {
  task: 'binary_classification';
  rows: number;
  /** 1 where the row is of the positive class, else 0. */
  label: Uint8Array;
  /** Predicted probability of the positive class. */
  score: Float64Array;
  /** A row is predicted positive where `score >= threshold`. */
  threshold: number;
  /** Sample weights, none negative (a bootstrap's counts may be 0); `null` where every row counts 1. */
  weight: Float64Array | null;
  /** Row numbers by ascending score (ties in any order); computed once, on first use. */
  order(): Uint32Array;
}

export interface MulticlassPredictions {
  task: 'multiclass_classification';
  rows: number;
  /** Number of classes K, at least 2. */
  classes: number;
  /** Index of the true class, 0 to K − 1. */
  label: Int32Array;
  /** Predicted probabilities, row-major: the K probabilities of row i start at i × K. */
  score: Float64Array;
  weight: Float64Array | null;
}

export interface RegressionPredictions {
  task: 'regression';
  rows: number;
  label: Float64Array;
  score: Float64Array;
  weight: Float64Array | null;
}

/** Weight of the rows in each cell of the confusion matrix. */
export interface CellWeights {
  truePositive: number;
  falsePositive: number;
  falseNegative: number;
  trueNegative: number;
}

export type Predictions = BinaryPredictions | MulticlassPredictions | RegressionPredictions;

/**
 * One metric; each lives in a small file of its own beside this one.
 *
 * `measure` returns the metric's value over the rows, defined as scikit-learn defines it, or NaN where it is undefined
 * (one class only, no predicted positive, …); then the influence values are NaN too. `params` holds every parameter:
 * the policy's, and the defaults for the others.
 *
 * A smooth metric also fills `influence` when it is passed: entry i becomes `w_i · ∂θ/∂w_i`, the metric's derivative by
 * the weight of row i times that weight (the infinitesimal jackknife of Jaeckel 1972; Efron 1982). These sum to zero.
 * The variance of the metric is the sum of their squares over independent units, after adding up within each unit; the
 * variance of a paired difference is that of the differences of both models' entries.
 */
export interface Metric<P extends Predictions = Predictions> extends MetricFacts {
  task: P['task'];
  /** Whether `measure` can fill influence values that give honest intervals; otherwise the bootstrap is used. */
  smooth: boolean;
  /**
   * For metrics that move in jumps (accuracy, recall, …): the change that flipping the prediction of one average row
   * would make. It keeps an interval from collapsing to a point where no row happens to be flipped (the idea of
   * Agresti & Min 2005: one more discordant pair).
   */
  step?(predictions: P, params: MetricParams): number;
  /**
   * How far the value of a sample lies above the population's on average, where that is not small beside the sampling
   * error (average_precision of few positive rows). Intervals are moved by it; the reported value is not.
   */
  bias?(predictions: P, params: MetricParams): number;
  /**
   * Rows that the smallest class must have for an interval: over fewer, too little is seen of how the metric varies (one
   * positive row alone shows none of it). Metrics with a `step` hold without it.
   */
  minimumPerClass?: number;
  /** Values that the metric can't leave; a version's own interval is cut there. */
  range?: readonly [number, number];
  /** Whether the metric's sampling error shrinks with the square root of the rows; false for extremes and calibration error. */
  rootN: boolean;
  /** Whether the metric looks for its threshold on the benchmark itself, instead of using the version's own. */
  thresholdFromBenchmark: boolean;
  measure(predictions: P, params: MetricParams, influence?: Float64Array): number;
  /** Its value from the weights in the cells of the confusion matrix, where it depends on nothing else. */
  ofCells?(cells: CellWeights, params: MetricParams): number;
  /** Of a metric that looks for the threshold: what one threshold gives, from the same; NaN where it does not count. */
  atThreshold?(cells: CellWeights, params: MetricParams): number;
}
