import type { Training } from '#registry/evidence/training.ts';

/** What a run with one seed scored by the primary metric. */
export interface SeedValue {
  seed: number;
  value: number;
}

/** The spread of a metric over seeds: the sample's standard deviation, with n − 1 in the denominator. */
export function seedSpread(metric: string, values: readonly SeedValue[]): NonNullable<Training['seed_spread']> {
  const sorted = [...values].sort((a, b) => a.seed - b.seed);
  const mean = sorted.reduce((sum, { value }) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, { value }) => sum + (value - mean) ** 2, 0);
  return { metric, values: sorted, standard_deviation: Math.sqrt(squares / (sorted.length - 1)) };
}
