import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { claims, conclusions } from './claims.ts';
import { snapshots } from './generated.ts';
import { decisions } from './proof.ts';

const RUNS = decisions.draws.sample;

function holds(start: string): void {
  const found = Object.entries(claims).filter(([name]) => name.startsWith(start));
  expect(found).not.toEqual([]);
  // The type of a property over one thing is not that over two: each is asserted as what it is.
  for (const [, property] of found) fc.assert<unknown[]>(property, { numRuns: RUNS, seed: decisions.seed });
}

describe(`decide, on ${RUNS} generated repositories (in full ${decisions.draws.full})`, () => {
  it('S10 gives every head the check that the promises ask for', () => {
    holds('S3–S12');
    // The generator reaches each of them often enough for this to mean something.
    const seen = fc
      .sample(snapshots, { numRuns: RUNS, seed: 7 })
      .flatMap((snapshot) => [...conclusions(snapshot).values()]);
    for (const one of ['success', 'failure', 'action_required', null] as const)
      expect(seen.filter((conclusion) => conclusion === one).length).toBeGreaterThan(RUNS / 40);
  });

  it('S14 has nothing left to do after what it did, in whatever order, and after any crash', () => holds('S14'));
  it('S11 tells of each push to the registry that is not ours', () => holds('S11'));
  it('S12 leaves one comment for each pull request and model, about its head', () => holds('S12'));
  it('S5 turns no check green by making something worse, missing or no number', () => holds('S5'));
  it('S9 turns no check green by what a fork measured', () => holds('S9'));
});
