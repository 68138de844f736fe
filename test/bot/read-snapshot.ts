import type { GitHub, Place } from '#registry/github/client.ts';
import { createMemory } from '../../bot/snapshot/memory.ts';
import { type Head, openRepository, type Unread } from '../../bot/snapshot/read.ts';
import type { Snapshot } from '../../bot/snapshot/snapshot.ts';

/** All heads of a repository that a look would read, in one snapshot; `settle` tells what was decided of them all. */
export async function readSnapshot(
  github: GitHub,
  place: Place,
  us: Snapshot['us'],
  now: Date,
  memory = createMemory(),
): Promise<{
  snapshot: Snapshot;
  unread: Unread[];
  settle(actions: readonly { pull: number | null }[]): Promise<void>;
}> {
  const repository = await openRepository(github, place, us, now, memory);
  const heads: Head[] = [];
  for await (const head of repository.heads()) heads.push(head);
  const pulls = heads.flatMap(({ snapshot }) => snapshot.pulls);
  const known = heads[0]?.snapshot.repository ?? { ...place, id: 0, defaultBranch: 'main' };
  return {
    snapshot: {
      now,
      us,
      repository: known,
      pulls,
      queue: heads.flatMap(({ snapshot }) => snapshot.queue),
      pushes: heads.flatMap(({ snapshot }) => snapshot.pushes),
    },
    unread: repository.unread(),
    async settle(actions) {
      for (const { settle, snapshot } of heads) {
        settle(actions.filter(({ pull }) => snapshot.pulls.some(({ number }) => number === pull)));
      }
      await repository.remember();
    },
  };
}
