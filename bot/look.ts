import type { GitHub, Place } from '#registry/github/client.ts';
import { apply, type Done } from './apply.ts';
import { decide } from './decide/decide.ts';
import type { Memory } from './snapshot/memory.ts';
import { readSnapshot } from './snapshot/read.ts';
import type { Snapshot, Unread } from './snapshot/snapshot.ts';

/** What a look came to. */
export interface Looked {
  done: Done[];
  /** Pull requests that another look has to read. */
  unread: readonly Unread[];
}

/**
 * Looks at a repository once: reads it, decides, and does what was decided. Whatever woke us, this is all there is. Once
 * `signal` says so, nothing more is begun.
 */
export async function look(
  github: GitHub,
  place: Place,
  us: Snapshot['us'],
  now: Date,
  { memory, signal }: { memory?: Memory; signal?: AbortSignal } = {},
): Promise<Looked> {
  const { settle, snapshot } = await readSnapshot(github, place, us, now, memory);
  const plan = decide(snapshot);
  const done = await apply(github, snapshot, plan, signal);
  await settle(plan.actions);
  return { done, unread: snapshot.unread ?? [] };
}
