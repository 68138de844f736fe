import { type GitHub, GitHubError, type Place } from '#registry/github/client.ts';
import { getPermission, type Permission } from '#registry/github/permissions.ts';
import { listOpenPulls, type PullRequest } from '#registry/github/pulls.ts';
import { getBranchHead, getRepository } from '#registry/github/repositories.ts';
import { Later } from '../metered.ts';
import { createMemory, followHints, type Settled, type Source, sourceOf } from './memory.ts';
import { type Look, listedState, readPull } from './pull.ts';
import { findRuns } from './runs.ts';
import type { Pull, Snapshot, Unread } from './snapshot.ts';
import { type Base, readBase } from './trees.ts';

/** So many pull requests are read in one look, those that changed last first; the others in the next. */
const MOST_PULLS = 100;
/** In each look so many that seem settled are read all the same, in case that something was missed; after this long. */
const CHECKED_AGAIN = 2;
const LONG = 60 * 60_000;

/** A repository as it was found. */
export interface Found {
  snapshot: Snapshot;
  /** Tells what was decided: pull requests for which nothing is to be done are left out until something changes. */
  settle(actions: readonly { pull: number }[]): Promise<void>;
}

/** Reads all that a decision needs to know of a repository and its open pull requests. */
export async function readSnapshot(
  github: GitHub,
  place: Place,
  us: Snapshot['us'],
  now: Date,
  memory = createMemory(),
): Promise<Found> {
  const source = sourceOf(github, place, memory);
  const listed = await listOpenPulls(github, place);
  const { archived, default_branch, id } = listed[0]?.base.repo ?? (await getRepository(github, place));
  // Nothing can be written to an archived repository.
  const open = archived === true ? [] : listed;
  followHints(source, open);

  const oldest = new Date(Math.min(now.getTime(), ...open.map(({ created_at }) => created_at.getTime())));
  const runs = findRuns(source, oldest);
  const look: Look = { source, us, now, id, runs, permissionOf: permissions(source) };
  const bases = new Map<string, Base>();
  for (const pull of open) bases.set(pull.base.ref, bases.get(pull.base.ref) ?? (await baseOf(source, pull)));

  const read: { pull: Pull; settled: Settled }[] = [];
  const unread: Unread[] = [];
  for (const { base, pull } of await unsettled(look, open, bases)) {
    if (read.length + unread.length >= MOST_PULLS) unread.push({ pull: pull.number, error: null });
    else {
      const became = await attempt(() => readPull(look, base, pull));
      if (became instanceof GitHubError) unread.push({ pull: pull.number, error: became });
      else read.push(became);
    }
  }
  // A head's checks speak for all of its pull requests: of some alone nothing can be decided.
  const unknown = new Set(open.filter(isOneOf(unread)).map(({ head }) => head.sha));
  const known = read.filter(({ pull }) => !unknown.has(pull.head.sha));
  const repository = { ...place, id, defaultBranch: default_branch };
  return {
    snapshot: { now, us, repository, pulls: known.map(({ pull }) => pull), unread },
    async settle(actions) {
      const numbers = new Set(actions.map(({ pull }) => pull));
      const busy = new Set(known.filter(({ pull }) => numbers.has(pull.number)).map(({ pull }) => pull.head.sha));
      for (const { pull, settled } of known) {
        if (!busy.has(pull.head.sha)) memory.settled.set(source.key(pull.number), settled);
      }
      await runs.remember();
    },
  };
}

const isOneOf = (unread: readonly Unread[]) => {
  const numbers = new Set(unread.map(({ pull }) => pull));
  return ({ number }: PullRequest) => numbers.has(number);
};

/** What GitHub refuses of one pull request must not hold up the others; when it takes nothing more, nothing is asked. */
async function attempt<T>(read: () => Promise<T>): Promise<T | GitHubError> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof GitHubError && !(error.cause instanceof Later)) return error;
    throw error;
  }
}

async function baseOf(source: Source, { base }: PullRequest): Promise<Base> {
  // Of a branch that was deleted, GitHub tells where it was.
  return readBase(source, (await getBranchHead(source.github, source.place, base.ref)) ?? base.sha);
}

/** The pull requests that there may be something to do for, and all others that share a head with one. */
async function unsettled(look: Look, open: readonly PullRequest[], bases: ReadonlyMap<string, Base>) {
  const { memory, key } = look.source;
  const heads = new Set<string>();
  const settled: { head: string; since: number }[] = [];
  for (const pull of open) {
    const base = bases.get(pull.base.ref);
    const before = memory.settled.get(key(pull.number));
    if (before !== undefined && base !== undefined && (await isStill(look, base, pull, before)))
      settled.push({ head: pull.head.sha, since: before.since.getTime() });
    else heads.add(pull.head.sha);
  }
  const old = settled.filter(({ since }) => look.now.getTime() - since > LONG).sort((a, b) => a.since - b.since);
  for (const { head } of old.slice(0, CHECKED_AGAIN)) heads.add(head);
  return open.flatMap((pull) => {
    const base = bases.get(pull.base.ref);
    return base !== undefined && heads.has(pull.head.sha) ? [{ base, pull }] : [];
  });
}

async function isStill({ now, runs }: Look, base: Base, pull: PullRequest, before: Settled): Promise<boolean> {
  const { run, state, touches, until } = before;
  if (state !== listedState(pull, base, touches)) return false;
  if (until !== null && until <= now) return false;
  if (touches.models.length === 0) return true;
  const newest = await runs.newest(pull, base.settings.bot.workflow);
  return newest === null || newest === run;
}

/** What people may do, asked once a look. */
function permissions({ github, place }: Source): (login: string) => Promise<Permission> {
  const known = new Map<string, Permission>();
  return async (login) => {
    const permission = known.get(login) ?? (await getPermission(github, place, login));
    known.set(login, permission);
    return permission;
  };
}
