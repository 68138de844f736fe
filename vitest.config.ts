import { configDefaults, defineConfig } from 'vitest/config';
import { reporters } from './test/reporters.ts';

/** The fast tests: everything that needs npm's packages alone. `vitest.parts.config.ts` adds what needs more. */
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'examples/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/parts/**'],
    // Vitest leaves a core idle; on the two of a runner of GitHub's that is half of them.
    maxWorkers: '100%',
    // Real DuckDB and ONNX Runtime processes are started; two cores may be busy with other test files meanwhile.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    reporters: reporters(),
    // What a person sees in colours is compared as text; CI would turn them on.
    env: { NO_COLOR: '1' },
    passWithNoTests: false,
    allowOnly: false,
    expect: { requireAssertions: true },
  },
});
