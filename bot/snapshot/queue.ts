import { listBranches } from '#registry/github/repositories.ts';
import { readChecks } from './checks.ts';
import type { Look } from './pull.ts';
import type { Ours, Queued } from './snapshot.ts';
import { type Commit, readCommit } from './trees.ts';
import type { Listed } from './unsettled.ts';

/**
 * GitHub's merge queue makes a branch for each pull request that waits in it: the base as it would be with it, and all
 * before it, merged. There it demands the required checks
 * (https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/configuring-pull-request-merges/managing-a-merge-queue).
 */
export const QUEUE = 'gh-readonly-queue/';
const BRANCH = /^gh-readonly-queue\/(.+)\/pr-(\d{1,10})-[0-9a-f]{40,64}$/;
/** GitHub builds at most 100 at once. */
const MOST = 100;
/** A queue is looked for again after so long, in case that the webhook of its branch was lost; in milliseconds. */
const AGAIN = 5 * 60_000;

/**
 * What waits in the merge queues of a repository. Nothing is asked while nothing waits: that something does, a webhook tells.
 * @param isTold whether a webhook woke us, rather than a sweep, which looks for those that were lost.
 */
export async function readQueue(
  { now, source, us }: Look,
  open: readonly Listed[],
  isTold: boolean,
): Promise<Queued[]> {
  const { github, key, memory, place } = source;
  const since = memory.queues.get(key());
  const isRecent = since instanceof Date && Math.abs(now.getTime() - since.getTime()) < AGAIN;
  const mayWait = since === null || (!isTold && !isRecent);
  if (open.length === 0 || !mayWait) return [];
  const queued: Queued[] = [];
  for (const { branch, sha } of (await listBranches(github, place, QUEUE)).slice(0, MOST)) {
    const [, base, number] = BRANCH.exec(branch) ?? [];
    const found = open.find(({ pull }) => pull.number === Number(number) && pull.base.ref === base);
    // Nobody waits for a check where the pull request is closed meanwhile.
    if (found === undefined) continue;
    const { number: pull, head } = found.pull;
    queued.push({
      pull,
      base: found.pull.base.ref,
      sha,
      ours: oursOf(await readCommit(source, sha)),
      oursAtBase: oursOf(found.base),
      oursAtHead: oursOf(await readCommit(source, head.sha)),
      checks: await readChecks(source, sha, us),
      checksOfHead: await readChecks(source, head.sha, us),
    });
  }
  memory.queues.set(key(), queued.length === 0 ? now : null);
  return queued;
}

function oursOf({ problem, top }: Commit): Ours {
  if (problem !== null) return null;
  const ours = ['models', 'registry', 'tiltyard.yaml'].map((name) => top.get(name));
  return JSON.stringify(ours.map((entry) => (entry === undefined ? null : [entry.kind, entry.sha])));
}
