import type { GitHub, Place } from '#registry/github/client.ts';
import { getPermission, type Permission } from '#registry/github/permissions.ts';
import type { PullRequest } from '#registry/github/pulls.ts';
import { getBranchHead, getRepository } from '#registry/github/repositories.ts';
import { laterOf } from '../metered.ts';
import { findArtifacts } from './artifacts.ts';
import { openPulls } from './listed.ts';
import { createMemory, followHints, isTold, type Settled, type Source, sawOpen, sourceOf } from './memory.ts';
import { type Look, readPull } from './pull.ts';
import { readPushes } from './pushes.ts';
import { readQueue } from './queue.ts';
import { findRuns } from './runs.ts';
import type { Pull, Snapshot } from './snapshot.ts';
import { type Base, readBase } from './trees.ts';
import { type Listed, unsettled } from './unsettled.ts';

/** So many pull requests are read in one look; the others in the next, which begins with what has changed meanwhile. */
const MOST_PULLS = 100;

/** A repository, whose pull requests are read head by head. */
export interface Opened {
  /** A snapshot for each head with something to do, perhaps, and all of its pull requests; then pushes, then merge queues. */
  heads(): AsyncGenerator<Head>;
  /** Those that there is something to read of, which was not read (yet): nothing can be decided of them. */
  unread(): Unread[];
  /** Keeps for the next look how far this one came. */
  remember(): Promise<void>;
}

export interface Head {
  snapshot: Snapshot;
  /** Tells what was decided: a head for which nothing is to be done is left out until something changes. */
  settle(actions: readonly unknown[]): void;
}

/**
 * A pull request that was not read, or merge queues or pushes, where `pull` is null; `error` is null where there was no room
 * for more in this look.
 */
export interface Unread {
  pull: number | null;
  error: Error | null;
}

/** Lists a repository's open pull requests, and reads their base branches. */
export async function openRepository(
  github: GitHub,
  place: Place,
  us: Snapshot['us'],
  now: Date,
  memory = createMemory(),
): Promise<Opened> {
  const source = sourceOf(github, place, memory);
  const told = isTold(source);
  const listed = await openPulls(source, told);
  const base = listed[0]?.base.repo;
  if (base !== undefined) memory.repositories.set(source.key(), base);
  const { archived, default_branch, id } =
    base ?? (await memory.repositories.read(source.key(), () => getRepository(github, place)));
  // Nothing can be written to an archived repository.
  const open = archived === true ? [] : listed;
  followHints(source, open);

  const oldest = new Date(Math.min(now.getTime(), ...open.map(({ created_at }) => created_at.getTime())));
  const runs = findRuns(source, oldest, now);
  const byHead = Map.groupBy(open, ({ head }) => head.sha);
  const numbersOn = (head: string) => (byHead.get(head) ?? []).map(({ number }) => number).sort((a, b) => a - b);
  const artifacts = findArtifacts(source);
  const look: Look = { source, us, now, id, runs, artifacts, numbersOn, permissionOf: permissions(source) };
  const bases = new Map<string, Base>();
  const all: Listed[] = [];
  for (const pull of open) {
    const at = bases.get(pull.base.ref) ?? (await baseOf(source, pull));
    bases.set(pull.base.ref, at);
    all.push({ base: at, pull });
  }
  const groups = await unsettled(look, all);
  const unread = new Map(
    groups.flat().map(({ pull }): [number, Unread] => [pull.number, { pull: pull.number, error: null }]),
  );
  const repository = { ...place, id, defaultBranch: default_branch };

  const missed: Unread[] = [];
  async function* heads(): AsyncGenerator<Head> {
    yield* pulls();
    // While GitHub takes nothing more, nothing is asked.
    if ([...unread.values()].some(({ error }) => laterOf(error) !== null)) return;
    if (archived !== true) yield* pushes();
    // The last, since it rests on what heads came to.
    const queue = await attempt(() => readQueue(look, all, told));
    if (queue instanceof Error) missed.push({ pull: null, error: queue });
    else if (queue.length > 0)
      yield { snapshot: { now, us, repository, pulls: [], queue, pushes: [] }, settle: () => {} };
  }

  async function* pushes(): AsyncGenerator<Head> {
    const base = bases.get(default_branch) ?? null;
    const read = await attempt(() => readPushes(look, { branch: default_branch, base, told }));
    if (read instanceof Error) return void missed.push({ pull: null, error: read });
    const { error, found, left, settle } = read;
    if (error !== null) missed.push({ pull: null, error });
    else if (left > 0) missed.push({ pull: null, error: null });
    if (found.length === 0) settle([]);
    else yield { snapshot: { now, us, repository, pulls: [], queue: [], pushes: found }, settle };
  }

  async function* pulls(): AsyncGenerator<Head> {
    let room = MOST_PULLS;
    for (const group of groups) {
      room -= group.length;
      if (room < 0 && room + group.length < MOST_PULLS) return;
      const numbers = group.map(({ pull }) => pull.number);
      for (const number of numbers) memory.tried.set(source.key(number), now.getTime());
      const read = await attempt(() => readGroup(look, group));
      for (const number of numbers) {
        if (read instanceof Error) unread.set(number, { pull: number, error: read });
        else unread.delete(number);
      }
      if (!(read instanceof Error)) {
        const snapshot = { now, us, repository, pulls: read.map(({ pull }) => pull), queue: [], pushes: [] };
        yield { snapshot, settle: (actions) => settle(source, read, actions) };
      } else if (laterOf(read) !== null) {
        // While GitHub takes nothing more, nothing is asked.
        for (const number of unread.keys()) unread.set(number, { pull: number, error: read });
        return;
      }
    }
  }
  return { heads, unread: () => [...unread.values(), ...missed], remember: () => runs.remember() };
}

interface Read {
  pull: Pull;
  settled: Settled;
}

/** All pull requests of a head: its checks speak for all of them, so that of some alone nothing can be decided. */
async function readGroup(look: Look, group: readonly Listed[]): Promise<Read[]> {
  const read: Read[] = [];
  for (const { base, pull } of group) read.push(await readPull(look, base, pull));
  return read;
}

function settle(source: Source, read: readonly Read[], actions: readonly unknown[]): void {
  const { key, memory } = source;
  for (const { pull, settled } of read) {
    sawOpen(source, pull.runs.slice(0, 1));
    // What is written now would be wrong again once all is as it was when it was settled last.
    memory.settled.delete(key(pull.number));
    if (actions.length > 0) continue;
    memory.settled.set(key(pull.number), settled);
    memory.tried.delete(key(pull.number));
  }
}

/** What goes wrong with one head, be it a mistake of ours, must not hold up the others. */
async function attempt<T>(read: () => Promise<T>): Promise<T | Error> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

async function baseOf(source: Source, { base }: PullRequest): Promise<Base> {
  // Of a branch that was deleted, GitHub tells where it was.
  return readBase(source, (await getBranchHead(source.github, source.place, base.ref)) ?? base.sha);
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
