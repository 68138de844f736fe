import fc from 'fast-check';
import type { ProofPart } from '../../proof/part.ts';
import { claims } from './claims.ts';

/** Properties of `decide` over generated repositories, against an oracle that was written from the promises. */
export const decisions: ProofPart = {
  name: 'decisions',
  claim:
    'Repositories with up to three open pull requests, drawn at random: heads that are shared, forks, policies that are missing, broken or changed, evidence that is missing, unreadable or of the future, registries that change legally or not, by pull requests or by pushes, reviews of all kinds. Each property was tried on as many; a violation is a repository on which it does not hold. There must be none.',
  draws: { full: 5_000, sample: 120 },
  seed: 20261121,
  sources: ['bot/decide', 'test/bot/decide/claims.ts', 'test/bot/decide/generated.ts', 'test/bot/decide/oracle.ts'],
  cases: Object.keys(claims),
  run(name, { draws, seed, onProgress }) {
    const property = Object.entries(claims).find(([key]) => key === name)?.[1];
    if (property === undefined) throw new Error(`there is no claim ${name}`);
    // Piece by piece, so that progress is seen.
    let violations = 0;
    const piece = 250;
    for (let done = 0; done < draws; done += piece) {
      const numRuns = Math.min(piece, draws - done);
      const { failed } = fc.check<unknown[]>(property, { numRuns, seed: seed + done, endOnFailure: true });
      if (failed) violations += 1;
      onProgress?.(done + numRuns);
    }
    return [{ property: name, repositories: draws, violations }];
  },
};
