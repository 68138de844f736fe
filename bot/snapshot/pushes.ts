import { type Activity, listActivity } from '#registry/github/activity.ts';
import { isGone } from '#registry/github/client.ts';
import type { TreeEntry } from '#registry/github/trees.ts';
import { Settings } from '#registry/settings.ts';
import { isReported } from '../decide/pushes.ts';
import { laterOf } from '../metered.ts';
import { readChecks } from './checks.ts';
import { TooManyFiles, topOf } from './folders.ts';
import type { Source } from './memory.ts';
import { personOf } from './person.ts';
import type { Look } from './pull.ts';
import { readRegistry, registryAt, unread } from './registry.ts';
import type { DirectPush, RegistryChange } from './snapshot.ts';
import { type Base, readCommit, readTree } from './trees.ts';

/** What is neither of them came by a pull request, or is a branch that begins or ends. */
const DIRECT = ['push', 'force_push'];
/** Whoever begins to look tells of nothing that is older, in milliseconds: what was before the bot is not its business. */
const DAY = 24 * 60 * 60_000;
/** So many that may have changed the registry are looked into at once; the others in the next look. */
const MOST = 10;
/** So long may GitHub take until it lists a push, in milliseconds. */
const LATE = 10 * 60_000;

/** Pushes to the default branch that changed the registry without a pull request, and were not told of yet. */
export interface Pushes {
  found: DirectPush[];
  /** Others that are still to be looked into, in the next look. */
  left: number;
  /** Of those that could not be read, the first. */
  error: Error | null;
  /** Tells what was decided: once nothing is to be done, nothing is asked before the branch moves. */
  settle(actions: readonly unknown[]): void;
}

const NONE: Pushes = { found: [], left: 0, error: null, settle: () => {} };

/**
 * Who pushed to the default branch, and when, is told by GitHub's own list, as commits name whom and when they please.
 * Asked only where an event told of a push, or the branch has another registry than it had; and in a sweep, where no pull
 * request goes into it, so that nobody has asked where it is (`base` is null, then).
 * @param told whether events woke us, and nothing else.
 */
export async function readPushes(
  look: Look,
  { branch, base, told }: { branch: string; base: Base | null; told: boolean },
): Promise<Pushes> {
  const { now, source } = look;
  const { key, memory } = source;
  const seen = memory.defaults.get(key());
  const head = base?.sha ?? null;
  const registry = base?.problem === null ? wordOf(base.top.get('registry')) : undefined;
  const isSame = head === seen?.head || (registry !== undefined && registry === seen?.registry);
  if (seen !== undefined && seen.head !== null && (base === null ? told : isSame)) return NONE;
  const listed = await activityOf(source, branch);
  if (listed === null) return NONE;
  const since = Math.min(now.getTime() - DAY, seen?.at.getTime() ?? Number.POSITIVE_INFINITY);
  const state = ({ id }: Activity) => memory.pushes.get(key(id));
  const direct = listed
    .filter(({ activity_type, timestamp }) => DIRECT.includes(activity_type) && timestamp.getTime() > since)
    .filter((one) => state(one) !== 'quiet')
    // What could not be told the last time must not keep others from their turn.
    .sort((a, b) => Number(state(a) === 'tried') - Number(state(b) === 'tried'));
  const left = direct.slice(MOST).filter((one) => state(one) !== 'tried').length;
  const found: DirectPush[] = [];
  let failed: Error | null = null;
  for (const activity of direct.slice(0, MOST)) {
    memory.pushes.set(key(activity.id), 'tried');
    try {
      const push = await readPush(look, activity);
      if (push === null) memory.pushes.set(key(activity.id), 'quiet');
      else found.push(push);
    } catch (error) {
      // One that can't be read must not keep the others from being told of.
      if (!(error instanceof Error)) throw error;
      failed ??= error;
      if (laterOf(error) !== null) break;
    }
  }
  const at = head ?? listed[0]?.after ?? '';
  const isListed = head === null || listed.some(({ after }) => after === head) || (await isLate(look, head));
  return {
    found,
    left,
    error: failed,
    settle: (actions) => {
      if (actions.length === 0 && direct.length <= MOST && failed === null && isListed)
        memory.defaults.set(key(), { head: at, registry, at: now });
    },
  };
}

/** Whether GitHub will not list any more who brought the branch there. */
async function isLate({ now, source: { key, memory } }: Look, head: string): Promise<boolean> {
  const since = await memory.unlisted.read(key(head), async () => now);
  return now.getTime() - since.getTime() > LATE;
}

/** What a push did to the registry; null where that is nothing, or was told of. */
async function readPush({ source, us }: Look, activity: Activity): Promise<DirectPush | null> {
  const { activity_type, actor, after, before, timestamp } = activity;
  const was = await registryOf(source, before);
  const is = await registryOf(source, after);
  if (was === is && was !== undefined) return null;
  const checks = await readChecks(source, after, us);
  // Of a push nothing changes any more: what was said of it stays true.
  if (isReported({ us }, checks)) return null;
  const isKnown = was !== undefined && is !== undefined;
  const registry = isKnown ? await changeOf(source, before, after) : unread('GitHub can’t list both of the commits');
  if (registry === null) return null;
  return {
    sha: after,
    before,
    by: personOf(actor),
    at: timestamp,
    forced: activity_type === 'force_push',
    registry,
    settings: isKnown ? (await readTree(source, await readCommit(source, before), [])).settings : Settings.parse({}),
    checks,
  };
}

async function changeOf(source: Source, before: string, after: string): Promise<RegistryChange | null> {
  try {
    return await readRegistry(source, { atBase: await registryAt(source, before), head: after, mergeBase: before });
  } catch (error) {
    if (error instanceof TooManyFiles) return unread(error.message);
    throw error;
  }
}

/** What `registry` is at a commit, in a word; undefined where that can't be told. */
async function registryOf(source: Source, commit: string): Promise<string | undefined> {
  try {
    return wordOf((await topOf(source, commit)).find(({ path }) => path === 'registry'));
  } catch (error) {
    // Too many files in one folder, or a commit that a force push left behind, and that is gone.
    if (error instanceof TooManyFiles || isGone(error)) return undefined;
    throw error;
  }
}

const wordOf = (registry: TreeEntry | undefined) =>
  registry === undefined ? 'none' : `${registry.kind} ${registry.sha}`;

/** Null where there is no such list, as on an old GitHub Enterprise Server. */
async function activityOf({ github, place }: Source, branch: string): Promise<Activity[] | null> {
  try {
    return await listActivity(github, place, branch);
  } catch (error) {
    if (isGone(error)) return null;
    throw error;
  }
}
