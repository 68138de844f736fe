import type { GitHub, Place } from '#registry/github/client.ts';
import { apply, type Done } from './apply.ts';
import { decide } from './decide/decide.ts';
import { readSnapshot } from './snapshot/read.ts';
import type { Snapshot } from './snapshot/snapshot.ts';

/**
 * Looks at a repository once: reads it, decides, and does what was decided. Whatever woke us, this is all there is. Once
 * `signal` says so, nothing more is begun.
 */
export async function look(
  github: GitHub,
  place: Place,
  us: Snapshot['us'],
  now: Date,
  signal?: AbortSignal,
): Promise<Done[]> {
  const snapshot = await readSnapshot(github, place, us, now);
  return apply(github, snapshot, decide(snapshot), signal);
}
