import { GitHubError } from '#registry/github/client.ts';
import { type Compared, compareCommits } from '#registry/github/comparisons.ts';
import type { Permission } from '#registry/github/permissions.ts';
import { type ChangedFile, getPullHead, listPullFiles, type PullRequest } from '#registry/github/pulls.ts';
import { changedPolicies } from '../decide/policy-change.ts';
import { overdueAfter } from '../decide/state.ts';
import { folderOf } from '../decide/touched.ts';
import { readApprovals } from './approvals.ts';
import type { Artifacts } from './artifacts.ts';
import { readChampions } from './champions.ts';
import { readChecks } from './checks.ts';
import { readComments } from './comments.ts';
import { readHead } from './head.ts';
import type { Settled, Source, Touches } from './memory.ts';
import { personOf } from './person.ts';
import { readPromotions } from './promotions.ts';
import { readRegistry } from './registry.ts';
import { rerequestedOf } from './rerequested.ts';
import { isFinal, type Runs, readRuns, stateOf } from './runs.ts';
import type { Pull, Snapshot, Tree } from './snapshot.ts';
import { type Base, digestOf, readTree } from './trees.ts';

/** What is the same for all pull requests of a look. */
export interface Look {
  source: Source;
  us: Snapshot['us'];
  now: Date;
  /** The repository's. */
  id: number;
  runs: Runs;
  artifacts: Artifacts;
  /** The numbers of the open pull requests with a head: its checks speak for all of them. */
  numbersOn(head: string): readonly number[];
  permissionOf(login: string): Promise<Permission>;
}

/** How soon a pull request is read again whose state changes by itself, in milliseconds. */
const SOON = 5 * 60_000;

/** Reads all that a decision needs to know of a pull request; `settled` is for when nothing is to be done for it. */
export async function readPull(look: Look, base: Base, pull: PullRequest): Promise<{ pull: Pull; settled: Settled }> {
  const { id, now, permissionOf, runs, source, us } = look;
  const { head, number } = pull;
  const repositoryId = head.repo?.id ?? null;
  const compared = await compare(source, base.sha, head.sha);
  const files = compared?.files ?? (await listFiles(source, pull));
  const { models, registry: touchesRegistry } = touchesOf(files);

  const inBase = await readTree(source, base, models);
  const champions = await readChampions(source, base.registry, Object.keys(inBase.models));
  const atBase: Tree = { ...inBase, problem: base.problem, champions };
  // What it does not touch is as the base has it.
  const atHead =
    models.length === 0 && !touchesRegistry
      ? { ...atBase, sha: head.sha }
      : await readHead(source, {
          sha: head.sha,
          base,
          atBase,
          compared,
          touches: { models, registry: touchesRegistry },
        });
  // What can't be read needs no evidence.
  const evaluated = Object.keys(atHead.models)
    .filter((name) => atHead.models[name]?.model !== null)
    .sort();
  const found = evaluated.length === 0 ? [] : await runs.of(pull, base.settings.bot.workflow);
  const registry = touchesRegistry
    ? await readRegistry(source, {
        atBase: base.registry,
        head: head.sha,
        mergeBase: compared?.mergeBase ?? null,
      })
    : null;
  const changedFiles = files?.flatMap(fileOf) ?? null;
  const changed = changedPolicies({ atBase, atHead, files: changedFiles });
  const promotions: Pull['promotions'] = {};
  const today = now.toISOString().slice(0, 10);
  for (const model of changed) promotions[model] = await readPromotions(source, base.registry, model, today);
  const withEvidence = await readRuns(look, found, evaluated);
  const approvals =
    registry === null ? { reviews: [], commits: null } : await readApprovals(source, pull, permissionOf);
  // Last, what we may write: between reading and writing it nothing else is asked for.
  const checks = await readChecks(source, head.sha, us);
  const comments = await readComments(source, us, number, permissionOf);
  const read: Pull = {
    number,
    title: pull.title,
    draft: pull.draft ?? false,
    author: personOf(pull.user),
    head: { sha: head.sha, branch: head.ref, owner: head.user?.login ?? '', repositoryId },
    base: { sha: base.sha, branch: pull.base.ref },
    fork: repositoryId !== id,
    updatedAt: pull.updated_at,
    files: changedFiles,
    atBase,
    atHead,
    runs: withEvidence,
    comments,
    checks,
    rerequested: rerequestedOf(source, head.sha, checks),
    promotions,
    registry,
    ...approvals,
  };
  const touches: Touches = { models, registry: touchesRegistry, promotions: changed.length > 0 };
  const [run] = found;
  const settled: Settled = {
    state: listedState(look, pull, base, touches),
    run: run === undefined ? null : stateOf(run),
    touches,
    since: now,
    until: changesBy(look, read, evaluated, run?.updated_at ?? now),
  };
  return { pull: read, settled };
}

/** When a pull request is to be read again whose lists say nothing new; null for when there is time. */
function changesBy({ now, us }: Look, pull: Pull, models: readonly string[], endedAt: Date): Date | null {
  const soon = new Date(now.getTime() + SOON);
  // What people may do is in no list.
  if (pull.registry !== null) return soon;
  if (models.length === 0) return null;
  const [run] = pull.runs;
  if (run?.completed) return isFinal(run, endedAt, models, now) ? null : soon;
  const overdue = overdueAfter({ us, pulls: [pull] }, pull, run ?? null);
  return overdue < now ? null : new Date(overdue.getTime() + 1000);
}

/** What GitHub lists of a pull request and its head, and what its base says of what it touches, in a word. */
export function listedState(
  { numbersOn }: Look,
  { base, draft, head, title, updated_at }: PullRequest,
  at: Base,
  touches: Touches,
): string {
  const listed = [head.sha, head.repo?.id, base.repo.id, base.ref, updated_at, draft, title, numbersOn(head.sha)];
  return JSON.stringify([...listed, digestOf(at, touches)]);
}

/**
 * Null where the two can't be compared: histories that share nothing, a difference that is too large, or a head of which
 * GitHub does not know everywhere yet; so that is not kept.
 */
async function compare({ github, key, memory, place }: Source, base: string, head: string): Promise<Compared | null> {
  const known = memory.comparisons.get(key(base, head));
  if (known !== undefined) return known;
  try {
    const compared = await compareCommits(github, place, base, head);
    if (compared !== null) memory.comparisons.set(key(base, head), compared);
    return compared;
  } catch (error) {
    if (error instanceof GitHubError && error.status === 422) return null;
    throw error;
  }
}

/** What a pull request touches, by the files that it changes; everything where nobody knows them. */
function touchesOf(files: readonly ChangedFile[] | null): Pick<Touches, 'models' | 'registry'> {
  if (files === null) return { models: 'all', registry: true };
  const paths = files.flatMap((file) => fileOf(file).map(({ path }) => path));
  const models = paths.flatMap((path) => folderOf(path) ?? []);
  // Whatever bears the name, or lies below it.
  const tops = new Set(paths.map((path) => path.split('/', 1)[0]));
  return {
    models: tops.has('tiltyard.yaml') ? 'all' : [...new Set(models)].sort(),
    registry: tops.has('registry'),
  };
}

/** The files that a pull request changes, as many as GitHub lists; it lists them of the head that there is by then. */
async function listFiles({ github, place }: Source, { head, number }: PullRequest): Promise<ChangedFile[] | null> {
  const files = await listPullFiles(github, place, number);
  if ((await getPullHead(github, place, number)) === head.sha) return files;
  throw new GitHubError(0, `pull request ${number} got another head while it was read`);
}

const STATUSES = ['added', 'removed', 'modified', 'renamed'] as const;

function fileOf({ filename, previous_filename: previous, status }: ChangedFile): NonNullable<Pull['files']> {
  const now = { path: filename, status: STATUSES.find((one) => one === status) ?? ('other' as const) };
  return status === 'renamed' && previous !== undefined ? [{ path: previous, status: 'removed' }, now] : [now];
}
