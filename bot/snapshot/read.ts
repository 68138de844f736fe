import { listChecks } from '#registry/github/checks.ts';
import type { GitHub, Place } from '#registry/github/client.ts';
import { listComments } from '#registry/github/comments.ts';
import { listOpenPulls, listPullFiles, type PullRequest } from '#registry/github/pulls.ts';
import { getBranchHead, getRepository } from '#registry/github/repositories.ts';
import { readRuns } from './runs.ts';
import type { Check, Comment, Person, Pull, Snapshot } from './snapshot.ts';
import { readTrees, type Trees } from './trees.ts';

/** Reads all that a decision needs to know of a repository and its open pull requests. */
export async function readSnapshot(github: GitHub, place: Place, us: Snapshot['us'], now: Date): Promise<Snapshot> {
  const { id, default_branch: defaultBranch } = await getRepository(github, place);
  const trees = readTrees(github, place);
  const heads = new Map<string, Promise<string>>();
  const headOf = (branch: string) => {
    const known = heads.get(branch) ?? getBranchHead(github, place, branch);
    heads.set(branch, known);
    return known;
  };
  const pulls: Pull[] = [];
  for (const pull of await listOpenPulls(github, place)) {
    pulls.push(await readPull({ github, place, us, id, trees, base: await headOf(pull.base.ref) }, pull));
  }
  return { now, us, repository: { ...place, id, defaultBranch }, pulls };
}

interface Circumstances {
  github: GitHub;
  place: Place;
  us: Snapshot['us'];
  /** The repository's. */
  id: number;
  trees: Trees;
  /** Where the base branch is now. */
  base: string;
}

async function readPull({ github, place, us, id, trees, base }: Circumstances, pull: PullRequest): Promise<Pull> {
  const { number, head } = pull;
  const atBase = await trees.at(base);
  const files = await listPullFiles(github, place, number);
  const repositoryId = head.repo?.id ?? null;
  return {
    number,
    title: pull.title,
    draft: pull.draft ?? false,
    author: person(pull.user),
    head: { sha: head.sha, branch: head.ref, owner: head.user?.login ?? '', repositoryId },
    base: { sha: base, branch: pull.base.ref },
    fork: repositoryId !== id,
    updatedAt: pull.updated_at,
    files: files?.map(({ filename, status }) => ({ path: filename, status: fileStatus(status) })) ?? null,
    atBase,
    atHead: await trees.at(head.sha),
    runs: await readRuns(github, place, { head: head.sha, repositoryId, workflow: atBase.settings.bot.workflow }),
    comments: (await listComments(github, place, number)).map(
      (comment): Comment => ({
        id: comment.id,
        author: person(comment.user),
        app: comment.performed_via_github_app?.id ?? null,
        body: comment.body,
        createdAt: comment.created_at,
        updatedAt: comment.updated_at,
        permission: null,
        answered: null,
      }),
    ),
    checks: (await listChecks(github, place, head.sha, us.app)).map(
      (check): Check => ({
        id: check.id,
        name: check.name,
        app: check.app?.id ?? 0,
        status: check.status,
        conclusion: check.conclusion,
        title: check.output.title,
        summary: check.output.summary,
        startedAt: check.started_at,
      }),
    ),
    promotions: {},
    registry: files !== null && !files.some(touchesRegistry) ? null : UNREAD,
    reviews: [],
    commits: null,
  };
}

/** Nothing of it is known, so that nothing of it passes. */
const UNREAD: Pull['registry'] = {
  atMergeBase: [],
  atBase: [],
  atHead: [],
  texts: {},
  evidence: {},
  problem: 'it was not read',
};

function touchesRegistry({
  filename,
  previous_filename: previous = '',
}: {
  filename: string;
  previous_filename?: string | undefined;
}) {
  return [filename, previous].some((path) => path === 'registry' || path.startsWith('registry/'));
}

function person(account: { login: string; id: number; type: string } | null): Person {
  // GitHub shows the comments of accounts that are gone as those of `ghost`.
  return account ?? { login: 'ghost', id: 0, type: 'User' };
}

function fileStatus(status: string): 'added' | 'removed' | 'modified' | 'renamed' | 'other' {
  return status === 'added' || status === 'removed' || status === 'modified' || status === 'renamed' ? status : 'other';
}
