const LOW = Number.EPSILON;
const HIGH = 1 - Number.EPSILON;

/**
 * −log of the probability given to what happened. scikit-learn keeps it within [ε, 1 − ε], with ε of its floating-point
 * type: here 2⁻⁵², of float64.
 */
export function logLoss(probability: number): number {
  return -Math.log(probability < LOW ? LOW : probability > HIGH ? HIGH : probability);
}
