import { describe, expect, it } from 'vitest';
import { asksForMemory, endlessLoop, notFinite } from '../fixtures/onnx/hostile.ts';
import {
  type ArtifactOptions,
  makeRepository,
  makeRows,
  type RepositoryOptions,
  type Row,
} from '../fixtures/repository.ts';
import { type Measured, measure, of, run } from '../fixtures/run.ts';

/*
 * Models and SQL that loop, grow or give no numbers: the evaluation goes on without them, is inconclusive (status 2),
 * and says why.
 */

const SECONDS = 4;
// These graphs name their output differently, which alone would fail a minor version.
const limitsOf = (seconds: number) => ['--major', '--timeout', String(seconds), '--memory-limit', '700'];
const limits = limitsOf(SECONDS);
/** For what is to end by the memory that it takes, however slow the machine is. */
const patient = limitsOf(60);

function expectStopped(result: Measured, role: 'candidate' | 'champion', reason: string): void {
  const { evidence, status, verdict, summary, world, text } = result;
  expect([status, verdict.verdict]).toEqual([2, 'inconclusive']);
  expect(evidence.data_findings).toEqual([
    { check: 'stopped', sentence: `No predictions of the ${role}: the ${role} was stopped: it ${reason}.` },
  ]);
  expect(summary).toContain(reason);
  expect(world.left()).toEqual([]);
  expect(text).not.toContain('NaN');
  for (const one of evidence.comparisons) {
    expect(one).toMatchObject({ difference: null, interval: null, slice: null });
    expect(one[role]?.value ?? null).toBeNull();
  }
}

const LONG = `ran longer than ${SECONDS} seconds`;
const LARGE = 'used more than 700 MB of memory';

describe('S16 a version that never ends is stopped', () => {
  it.each([
    ['an endless loop in the candidate’s model', 'candidate', { onnx: endlessLoop(2) }],
    ['an endless loop in the champion’s model', 'champion', { onnx: endlessLoop(2) }],
    [
      'an endless recursion in features.sql',
      'candidate',
      {
        features: `WITH RECURSIVE numbers AS (SELECT 1::DOUBLE AS n UNION ALL SELECT 1::DOUBLE FROM numbers)
          SELECT row_id, amount, visits + (SELECT count(*) FROM numbers) AS visits FROM source`,
      },
    ],
  ] as const)('%s', async (_, role, artifact: ArtifactOptions) => {
    const repository = makeRepository({ count: 60, [role]: artifact });
    const result = await measure(repository, { more: limits });
    expectStopped(result, role, LONG);
    if (role === 'champion') return;
    expect(result.evidence.flips).toBeNull();
    expect(result.evidence.candidate.not_finite).toBe(0);
  });
});

describe('S16 a version that asks for 40 GB is stopped', () => {
  const endless = (artifact: ArtifactOptions, options: RepositoryOptions = {}) =>
    makeRepository({ count: 60, candidate: artifact, ...options });

  it('while it predicts', async () => {
    const result = await measure(endless({ onnx: asksForMemory(2, 'run', 3e9) }), { more: patient });
    expectStopped(result, 'candidate', LARGE);
    expect(result.evidence.candidate.contract).not.toBeNull();
  });

  it('while its model is loaded', async () => {
    expectStopped(
      await measure(endless({ onnx: asksForMemory(2, 'load', 3e9) }), { more: patient }),
      'candidate',
      LARGE,
    );
  });

  it('in earnest: the system refuses it at once, or the limit ends it', async () => {
    const { status, said, world } = await run(endless({ onnx: asksForMemory(2, 'run') }), { more: patient });
    expect([2, 3]).toContain(status);
    expect(said).toMatch(/Failed to allocate memory for requested buffer of size 40000000000|used more than 700 MB/);
    expect(world.left()).toEqual([]);
  });

  it('before it could tell its contract: its features.sql makes a list while it is bound', async () => {
    const features = 'SELECT row_id, amount, len(range(3000000000)) AS visits FROM source';
    const two = await measure(endless({ features }), { more: patient });
    expectStopped(two, 'candidate', LARGE);
    expect(two.evidence.candidate.contract).toBeNull();
    const many = await measure(endless({ features }, { task: 'multiclass_classification' }), { more: patient });
    expectStopped(many, 'candidate', LARGE);
    const options = { task: 'multiclass_classification', champion: null } as const;
    expectStopped(await measure(endless({ features }, options), { more: patient }), 'candidate', LARGE);
    const nameless = await run(endless({ features, artifact: { classes: null } }, options), { more: patient });
    expect(nameless.status).toBe(3);
    expect(nameless.errors).toContain('nobody can tell the classes: the candidate was stopped');
    expect(nameless.wrote).toEqual([]);
  });
});

describe('numbers that are none', () => {
  const rows = makeRows('regression', 300).map(
    (row, i): Row => ({
      ...row,
      // The model takes the logarithm of the sum: only this city has sums that are negative.
      amount: row['city'] === 'Bern' && i % 3 === 0 ? -5 : Math.abs(Number(row['amount'])) + 0.1,
      visits: Math.abs(Number(row['visits'])),
    }),
  );

  it('are counted, and what they touch is inconclusive; slices without them are judged', async () => {
    const repository = makeRepository({
      task: 'regression',
      rows,
      candidate: { onnx: notFinite(2) },
      edit: ({ evaluate }) => {
        evaluate.slices = { columns: ['city'], max_loss: 10, min_rows: 5 };
      },
    });
    const result = await measure(repository, { more: ['--major'] });
    const sum = (row: Row) => Number(row['amount']) + Number(row['visits']);
    const bad = rows.filter((row) => sum(row) < 0).length;
    expect(bad).toBeGreaterThan(0);
    expect([result.status, result.verdict.verdict]).toEqual([2, 'inconclusive']);
    expect(result.evidence.candidate.not_finite).toBe(bad);
    expect(result.evidence.champion?.not_finite).toBe(0);
    expect(of(result, 'rmse')).toMatchObject({ difference: null, interval: null, not_finite: bad, method: 'none' });
    const sliced = result.evidence.comparisons.filter(({ slice }) => slice !== null);
    expect(sliced).toHaveLength(4);
    for (const { slice, difference, not_finite, candidate } of sliced) {
      const city = slice?.[0].value;
      expect([city, difference === null, not_finite]).toEqual([city, city === 'Bern', city === 'Bern' ? bad : 0]);
      if (city === 'Bern') continue;
      const own = rows.filter((row) => row['city'] === city);
      const squares = own.map((row) => (Math.log(sum(row)) - Number(row['spent'])) ** 2);
      expect(candidate.value).toBeCloseTo(Math.sqrt(squares.reduce((a, b) => a + b) / own.length), 4);
    }
    expect(result.summary).toMatch(/NaN|not finite|infinit/i);
    expect(result.text).not.toContain('NaN');
  });
});
