import type { SeedNoise } from '../../artifact.ts';
import type { Evaluation } from '../../evidence/evaluation.ts';
import { metricLabel, shortLabel } from '../../metric.ts';
import { metrics } from '../../metrics.generated.ts';
import { studentQuantile } from '../../statistics/student.ts';
import { count, rounded, signed } from '../number.ts';

/**
 * Whether the difference between two versions is more than what another seed alone would have made, in one sentence; null
 * where nobody trained with several seeds, or there is nothing to compare with. Two trainings that differ by their seeds
 * alone differ by less than t · √(s₁² + s₂²) in 95 of 100 cases, with t of n − 1 degrees of freedom (the repeatability
 * limit of ISO 5725-6, for a standard deviation that is estimated).
 */
export function seedNoiseSentence({
  candidate,
  champion,
  comparisons,
  task,
  self_test: selfTest,
}: Evaluation): string | null {
  const noise = candidate.seed_noise;
  if (noise === null || champion === null || selfTest) return null;
  const comparison = comparisons.find(({ metric, params, slice }) => {
    const facts = metrics.find(({ name, task: of }) => name === metric && of === task);
    return slice === null && [shortLabel(facts, metric, params), metricLabel(metric, params)].includes(noise.metric);
  });
  const difference = comparison?.difference ?? null;
  if (difference === null) return null;
  const other = champion.seed_noise?.metric === noise.metric ? champion.seed_noise : noise;
  const limit = repeatability(noise, other);
  const size = Math.abs(difference) > limit ? 'larger' : 'smaller';
  return (
    `The difference in ${noise.metric}, ${signed(difference, 4)}, is ${size} than the seed noise: trained with ` +
    `${count(noise.seeds)} seeds, the candidate’s has a standard deviation of ${rounded(noise.standard_deviation)}, so ` +
    `two seeds alone make up to ${rounded(limit)} of difference.`
  );
}

function repeatability(one: SeedNoise, other: SeedNoise): number {
  const t = studentQuantile(0.975, Math.min(one.seeds, other.seeds) - 1);
  return t * Math.hypot(one.standard_deviation, other.standard_deviation);
}
