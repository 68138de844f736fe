import { describe, expect, it, vi } from 'vitest';
import type * as Decide from '../../bot/decide/decide.ts';
import { look } from '../../bot/look.ts';
import { createScene } from '../github/scene.ts';

/** A defect that one pull request meets, whatever it is. */
vi.mock('../../bot/decide/decide.ts', async (original) => {
  const { decide } = await original<typeof Decide>();
  return {
    decide: (snapshot: Parameters<typeof decide>[0]) => {
      if (snapshot.pulls.some(({ head }) => head.branch === 'cursed')) throw new RangeError('nobody thought of this');
      return decide(snapshot);
    },
  };
});

describe('a defect of ours', () => {
  it('L6 about one pull request holds up no other, and is told', async () => {
    const { client, github, propose, repo, us } = createScene();
    const cursed = propose({ branch: 'cursed' });
    const fine = propose({ branch: 'fine', files: { 'README.md': '# Flights\n' } });
    const { unread } = await look(client, { owner: repo.owner, repo: repo.repo }, us, github.now());
    expect(unread).toEqual([{ pull: cursed, error: expect.any(RangeError) }]);
    expect(repo.checks(repo.pull(fine).head.sha)).toMatchObject([{ name: 'tiltyard', conclusion: 'success' }]);
  });
});
