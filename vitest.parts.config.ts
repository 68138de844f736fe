import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { reporters } from './test/reporters.ts';

/** Tests against real parts that npm doesn't bring (Python's libraries); `.ci/run` installs those and runs these. */
export default defineConfig({
  test: {
    include: ['test/parts/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
    reporters: reporters(),
    // What a person sees in colours is compared as text; CI would turn them on.
    env: { NO_COLOR: '1' },
    passWithNoTests: false,
    allowOnly: false,
    expect: { requireAssertions: true },
    // One after the other: each part may use both cores.
    fileParallelism: false,
    // Of tests that run side by side, as many as cores.
    maxConcurrency: availableParallelism(),
  },
});
