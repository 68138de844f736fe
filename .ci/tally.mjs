// node .ci/tally.mjs <failed steps> <vitest's JSON reports…>: prints `N passed, N failed` and exits 1 unless N failed is
// 0. A missing report, or a failed step in which no test failed (a linter, an install), counts as one failure, so that
// the line never says 0 failed about a red run.
import { readFileSync } from 'node:fs';

const [failedSteps, ...reports] = process.argv.slice(2);
let passed = 0;
let failed = 0;
let redRuns = 0;
for (const path of reports) {
  try {
    const report = JSON.parse(readFileSync(path, 'utf8'));
    passed += report.numPassedTests;
    // A file that fails before its first test has failed suites and no failed test.
    const inThisRun = Math.max(report.numFailedTests, report.success === true ? 0 : 1);
    failed += inThisRun;
    if (inThisRun > 0) redRuns++;
  } catch (error) {
    console.error(`${path}: ${error.message}`);
    failed++;
    redRuns++;
  }
}
failed += Math.max(0, Number(failedSteps) - redRuns);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
