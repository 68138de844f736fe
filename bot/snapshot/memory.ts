import type { Evaluation } from '#registry/evidence/evaluation.ts';
import type { EvidenceFacts } from '#registry/fsck/evidence-facts.ts';
import { type Answered, type Answers, type GitHub, nameOf, type Place } from '#registry/github/client.ts';
import type { Compared, ComparedFile } from '#registry/github/comparisons.ts';
import type { PullRequest } from '#registry/github/pulls.ts';
import type { Repository } from '#registry/github/repositories.ts';
import type { TreeEntry } from '#registry/github/trees.ts';
import { type Cache, createCache } from './cache.ts';
import { type Asked, askedAnew } from './rerequested.ts';
import type { Outcome } from './runs.ts';
import type { ModelAt, Run } from './snapshot.ts';

/**
 * What looks at repositories know from earlier looks, so that they ask GitHub less. All of it can be lost at any moment:
 * contents are kept under their digests, and a pull request that was settled is only not read again while nothing that
 * GitHub lists of it has changed. One for all repositories of a process.
 */
export interface Memory {
  /** What GitHub answered, and when: it need not send again what still holds. */
  answers: Cache<Answered & { at: number }>;
  texts: Cache<string>;
  /** By the digest of a folder's tree: all that lies below it. */
  folders: Cache<readonly TreeEntry[]>;
  /** By a commit: what lies in its topmost folder. */
  tops: Cache<readonly TreeEntry[]>;
  /** Repositories with so many files that they are read folder by folder. */
  large: Cache<true>;
  comparisons: Cache<Compared>;
  models: Cache<ModelAt>;
  facts: Cache<EvidenceFacts>;
  promoted: Cache<Evaluation | 'unreadable'>;
  /** By the state of a run and the models: what it left. */
  outcomes: Cache<Outcome>;
  /** By a comment: what we answered to its command. */
  answered: Cache<'done' | 'refused'>;
  /** By the pull request's number: how it stood when nothing was left to do for it. */
  settled: Cache<Settled>;
  /** By the pull request's number: when one that is not settled was read last, or was to be; those of long ago go first. */
  tried: Cache<number>;
  /** By a workflow: how far back its runs need not be listed again. */
  oldRuns: Cache<number>;
  /** By a run and its attempt: those that were seen before they had ended. */
  openRuns: Cache<true>;
  /** Since when nothing waits in merge queues; null where something may. */
  queues: Cache<Date | null>;
  /** How the default branch stood, once nothing was left to tell of pushes. */
  defaults: Cache<Told>;
  /** By the number of an activity: pushes of which there is nothing (more) to tell, or that others now go before. */
  pushes: Cache<'quiet' | 'tried'>;
  /** By a commit: since when a branch is there, and GitHub does not list who brought it there. */
  unlisted: Cache<Date>;
  /** What was listed of a repository last. */
  repositories: Cache<Repository>;
  /** Open pull requests of repositories with many, as they were listed last. */
  lists: Cache<readonly PullRequest[]>;
  /** By a head: which of our checks on it people asked for anew. */
  rerequested: Cache<readonly Asked[]>;
  /** What webhooks spoke of since the last look. */
  hints: Cache<Hint[]>;
}

/** A pull request that needed nothing. */
export interface Settled {
  /** What GitHub lists of it, and what its base says of what it touches. */
  state: string;
  /** Its newest run; null where there was none. */
  run: string | null;
  touches: Touches;
  since: Date;
  /** When it is read again though nothing seems to have changed; null for when there is time. */
  until: Date | null;
}

/** A branch of whose pushes everything was told. */
export interface Told {
  /** Null where it was pushed to since. */
  head: string | null;
  /** What `registry` was there; undefined where that is not known. */
  registry: string | undefined;
  at: Date;
}

/** Which parts of a repository matter for a pull request. */
export interface Touches {
  /** Models whose folder it changes; `all` where it changes tiltyard.yaml, or nobody knows. */
  models: string[] | 'all';
  registry: boolean;
  /** Whether promotions of before were judged by another policy. */
  promotions: boolean;
}

/** A pull request that may have changed, by its number or by its head. */
export interface Hint {
  pull?: number | undefined;
  head?: string | undefined;
  /** The event says no more than that this attempt of a run has not ended. */
  open?: Pick<Run, 'id' | 'attempt'> | undefined;
  /** A merge queue has changed. */
  queue?: boolean | undefined;
  /** Somebody pushed to the default branch, or merged into it, which may have changed the registry. */
  pushed?: boolean | undefined;
  /** Somebody asks for a check on `head` anew, by its name; null where for all of them. */
  rerequested?: string | null | undefined;
  /** It is time to look for what no event told. */
  sweep?: boolean | undefined;
}

const MEGABYTE = 1_000_000;
/** What an entry of a tree takes in memory, about. */
const ENTRY = 200;
/** Likewise a pull request. */
const PULL = 2_000;
/** What JSON takes as objects, for each of its characters, about. */
const OBJECTS = 4;
/** What a YAML document takes whose lines can be asked for, for each character of its values, measured: 30 to 130. */
const LINES = 60;

function weightOf(at: ModelAt): number {
  if (at.model === null) return ENTRY + at.problem.length;
  return ENTRY + (at.features?.length ?? 0) + LINES * JSON.stringify([at.model, at.lock]).length;
}

const weightOfFiles = (files: readonly ComparedFile[]) =>
  files.reduce((weight, { patch = '' }) => weight + ENTRY + patch.length, ENTRY);

const listed = (entries: readonly TreeEntry[]) => ENTRY * (1 + entries.length);

export function createMemory(): Memory {
  return {
    answers: createCache(64 * MEGABYTE, ({ value }) => ENTRY + OBJECTS * (JSON.stringify(value)?.length ?? 0)),
    texts: createCache(64 * MEGABYTE, ({ length }) => 100 + length),
    folders: createCache(64 * MEGABYTE, listed),
    tops: createCache(16 * MEGABYTE, listed),
    large: createCache(10_000),
    comparisons: createCache(32 * MEGABYTE, ({ files }) => weightOfFiles(files ?? [])),
    models: createCache(128 * MEGABYTE, weightOf),
    facts: createCache(50_000),
    promoted: createCache(128 * MEGABYTE, (found) => ENTRY + OBJECTS * JSON.stringify(found).length),
    outcomes: createCache(128 * MEGABYTE, ({ bytes }) => 1_000 + OBJECTS * bytes),
    answered: createCache(50_000),
    settled: createCache(50_000),
    tried: createCache(50_000),
    oldRuns: createCache(10_000),
    openRuns: createCache(50_000),
    queues: createCache(10_000),
    defaults: createCache(10_000),
    pushes: createCache(50_000),
    unlisted: createCache(10_000),
    repositories: createCache(10_000),
    lists: createCache(64 * MEGABYTE, ({ length }) => PULL * length),
    rerequested: createCache(10_000),
    hints: createCache(10_000),
  };
}

/** A repository while it is being read. */
export interface Source {
  github: GitHub;
  place: Place;
  memory: Memory;
  /** The name of something of this repository in the memory. */
  key(...parts: readonly (string | number)[]): string;
}

export function sourceOf(github: GitHub, place: Place, memory: Memory): Source {
  return { github, place, memory, key: (...parts) => [nameOf(place), ...parts].join(' ') };
}

/**
 * An installation's token lasts so long, and GitHub's tags are good for the token that they were given to
 * (https://github.com/github/docs/issues/34689); in milliseconds. It is also for how long we believe GitHub that nothing has
 * changed.
 */
const HOUR = 60 * 60_000;

/** GitHub, asked only for what has changed since it was asked before. */
export function remembering(github: GitHub, { answers }: Memory, now: Date): GitHub {
  const kept: Answers = {
    get(key) {
      const known = answers.get(key);
      return known !== undefined && now.getTime() - known.at < HOUR ? known : undefined;
    },
    set: (key, answered) => answers.set(key, { ...answered, at: now.getTime() }),
  };
  return { request: (route, parameters) => github.request(route, parameters), answers: kept };
}

/** Before what was never tried. */
const NEXT = -1;
/** Far more hints than any look leaves behind. */
const MOST_HINTS = 10_000;

/**
 * An event spoke of a pull request: the next look reads it, however settled it seems.
 * @returns whether that is news.
 */
export function hint(memory: Memory, place: Place, about: Hint): boolean {
  const { open } = about;
  if (open !== undefined && memory.openRuns.get(runKey(place, open)) !== undefined) return false;
  const before = memory.hints.get(nameOf(place)) ?? [];
  memory.hints.set(nameOf(place), [...before, about].slice(-MOST_HINTS));
  return true;
}

/** Looked at: that these runs have not ended is no news any more. */
export function sawOpen({ memory, place }: Source, runs: readonly Run[]): void {
  for (const run of runs) if (!run.completed) memory.openRuns.set(runKey(place, run), true);
}

const runKey = (place: Place, { attempt, id }: Pick<Run, 'id' | 'attempt'>) => [nameOf(place), id, attempt].join(' ');

/** Whether events woke us, and nothing else: what they did not tell, a sweep has to find. */
export function isTold({ memory, place }: Source): boolean {
  const hints = memory.hints.get(nameOf(place)) ?? [];
  return hints.length > 0 && !hints.some(({ sweep }) => sweep === true);
}

/** Makes what the events since the last look spoke of unsettled. Those that come from now on are for the next look. */
export function followHints({ key, memory, place }: Source, pulls: readonly PullRequest[]): void {
  const hints = memory.hints.get(nameOf(place)) ?? [];
  memory.hints.delete(nameOf(place));
  if (hints.some(({ queue }) => queue === true)) memory.queues.set(key(), null);
  // A force push may have brought it back to where it was.
  const known = memory.defaults.get(key());
  if (known !== undefined && hints.some(({ pushed }) => pushed === true))
    memory.defaults.set(key(), { ...known, head: null });
  for (const { head, rerequested } of hints) {
    if (head !== undefined && rerequested !== undefined) askedAnew({ key, memory }, head, rerequested);
  }
  const heads = new Set(hints.map(({ head }) => head));
  const numbers = new Set(hints.map(({ pull }) => pull));
  for (const { head, number } of pulls) {
    if (!numbers.has(number) && !heads.has(head.sha)) continue;
    memory.settled.delete(key(number));
    memory.tried.set(key(number), NEXT);
  }
}
