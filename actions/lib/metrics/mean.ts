/** Total weight of `rows` rows. */
export function totalWeight(weight: Float64Array | null, rows: number): number {
  if (weight === null) return rows;
  let total = 0;
  for (let i = 0; i < rows; i++) total += weight[i];
  return total;
}

/**
 * The weighted mean of the first `rows` entries of `each`, NaN of no rows. Where `influence` is passed (it may be
 * `each` itself), it becomes that of the mean: w_i (each_i − mean) / Σ w.
 */
export function weightedMean(
  each: Float64Array,
  weight: Float64Array | null,
  rows: number,
  influence?: Float64Array,
): number {
  let sum = 0;
  if (weight === null) for (let i = 0; i < rows; i++) sum += each[i];
  else for (let i = 0; i < rows; i++) sum += weight[i] * each[i];
  const total = totalWeight(weight, rows);
  const mean = sum / total;
  if (influence !== undefined) {
    if (weight === null) for (let i = 0; i < rows; i++) influence[i] = (each[i] - mean) / total;
    else for (let i = 0; i < rows; i++) influence[i] = (weight[i] * (each[i] - mean)) / total;
  }
  return mean;
}
