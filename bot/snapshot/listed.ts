import { listChangedPulls, listOpenPulls, type PullRequest } from '#registry/github/pulls.ts';
import type { Source } from './memory.ts';

/** So many are listed at once: remembering them would save nothing. */
const PAGE = 100;
/** What changed earlier may show later, in milliseconds. */
const LATE = 2 * 60_000;

/**
 * Open pull requests, those that changed last first. A sweep lists them all; after an event, of many only those that have
 * changed since they were listed, which what is done to a pull request tells.
 */
export async function openPulls(source: Source, isTold: boolean): Promise<readonly PullRequest[]> {
  const { github, key, memory, place } = source;
  const before = memory.lists.get(key());
  const changed = isTold && before !== undefined ? await changedSince(source, before) : null;
  const listed = changed ?? (await listOpenPulls(github, place));
  if (listed.length > PAGE) memory.lists.set(key(), listed);
  else memory.lists.delete(key());
  return listed;
}

async function changedSince(
  { github, place }: Source,
  before: readonly PullRequest[],
): Promise<readonly PullRequest[] | null> {
  const newest = Math.max(...before.map(({ updated_at }) => updated_at.getTime()));
  const changed = await listChangedPulls(github, place, new Date(newest - LATE));
  if (changed === null) return null;
  const all = new Map([...before, ...changed].map((pull) => [pull.number, pull]));
  const open = [...all.values()].filter(({ state }) => state !== 'closed');
  return open.sort((a, b) => b.updated_at.getTime() - a.updated_at.getTime());
}
