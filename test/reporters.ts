import type { ViteUserConfig } from 'vitest/config';

/** What a run prints; with TEST_REPORT it also writes its counts there as JSON, for the closing line of `.ci/run`. */
export function reporters(): NonNullable<NonNullable<ViteUserConfig['test']>['reporters']> {
  const outputFile = process.env['TEST_REPORT'];
  return outputFile === undefined ? ['default'] : ['default', ['json', { outputFile }]];
}
