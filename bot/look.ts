import type { GitHub, Place } from '#registry/github/client.ts';
import { apply, type Done } from './apply.ts';
import { decide } from './decide/decide.ts';
import { laterOf } from './metered.ts';
import { createMemory, type Memory, remembering } from './snapshot/memory.ts';
import { openRepository, type Unread } from './snapshot/read.ts';
import type { Snapshot } from './snapshot/snapshot.ts';

/** What a look came to. */
export interface Looked {
  done: Done[];
  /** Pull requests that another look has to read or decide of. */
  unread: Unread[];
}

/** What a look left undone, and when GitHub lets go on with what it refused or had no room for; null where it does not say. */
export function leftOf({ done, unread }: Looked): { undone: Done[]; refused: Unread[]; hours: (Date | null)[] } {
  const undone = done.filter(({ outcome }) => outcome !== 'written' && outcome !== 'same');
  const refused = unread.filter(({ error }) => error !== null);
  const hours = [...undone.map(({ until }) => until), ...refused.map(({ error }) => laterOf(error)?.until ?? null)];
  return { undone, refused, hours };
}

/**
 * Looks at a repository once. Head by head it reads, decides, and does what was decided. Whatever woke us, this is all there
 * is. Once `signal` says so, nothing more is begun.
 */
export async function look(
  reach: GitHub,
  place: Place,
  us: Snapshot['us'],
  now: Date,
  {
    clock = () => now,
    memory = createMemory(),
    signal,
  }: { memory?: Memory; signal?: AbortSignal; clock?: () => Date } = {},
): Promise<Looked> {
  const github = remembering(reach, memory, now);
  const repository = await openRepository(github, place, us, now, memory);
  const done: Done[] = [];
  const failed: Unread[] = [];
  for await (const { settle, snapshot } of repository.heads()) {
    try {
      const plan = decide(snapshot);
      const justRead = snapshot.pulls.length === 1;
      done.push(...(await apply(github, snapshot, plan, { clock, justRead, signal })));
      settle(plan.actions);
    } catch (error) {
      // A mistake of ours about one pull request must not keep the others waiting.
      if (!(error instanceof Error)) throw error;
      const pulls = snapshot.pulls.map(({ number }) => number);
      failed.push(...(pulls.length === 0 ? [null] : pulls).map((pull) => ({ pull, error })));
    }
    if (signal?.aborted) break;
  }
  await repository.remember();
  return { done, unread: [...repository.unread(), ...failed] };
}
