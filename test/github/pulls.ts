import { accountOf, userJson } from './accounts.ts';
import { associationOf } from './associations.ts';
import { statsOf } from './changed-files.ts';
import { ancestors, type Change, changesBetween, commitFiles, mergeBase } from './git.ts';
import { mergeFiles } from './git-merge.ts';
import { blockedBy } from './protection.ts';
import { apiUrl, repositoryById, repositoryJson, webUrl } from './repositories.ts';
import { isoOrNull, isoSeconds, type Json, nodeId, type Pull, type Repository, type World } from './state.ts';

/** Where the base branch is now; for a branch that is gone, where it was. */
export const baseTip = (repository: Repository, pull: Pull): string =>
  repository.refs.get(`refs/heads/${pull.base.ref}`) ?? pull.base.sha;

/** What the pull request changes since it left its base: two commits compared with three dots. */
export function pullChanges(world: World, pull: Pull): Change[] {
  const root = mergeBase(world.objects, pull.base.sha, pull.head.sha);
  return changesBetween(
    root === null ? new Map() : commitFiles(world.objects, root),
    commitFiles(world.objects, pull.head.sha),
  );
}

/** The pull request's own commits, oldest first. */
export function pullCommits(world: World, pull: Pull): string[] {
  const before = ancestors(world.objects, pull.base.sha);
  return [...ancestors(world.objects, pull.head.sha)].filter((sha) => !before.has(sha)).reverse();
}

const hrefs = (urls: Record<string, string>) =>
  Object.fromEntries(Object.entries(urls).map(([name, href]) => [name, { href }]));

function sideJson(world: World, repository: Repository | null, owner: string, ref: string, sha: string): Json {
  return {
    label: `${owner}:${ref}`,
    ref,
    sha,
    user: userJson(accountOf(world, owner)),
    // GitHub's description says that it is always there; for a fork that was deleted it is null.
    repo: repository === null ? null : repositoryJson(world, repository),
  };
}

/** As lists show a pull request. */
export function pullJson(world: World, repository: Repository, pull: Pull): Json {
  const url = `${apiUrl(repository)}/pulls/${pull.number}`;
  const issue = `${apiUrl(repository)}/issues/${pull.number}`;
  const html = `${webUrl(repository)}/pull/${pull.number}`;
  const statuses = `${apiUrl(repository)}/statuses/${pull.head.sha}`;
  const headRepository = pull.head.repository === null ? null : repositoryById(world, pull.head.repository);
  return {
    id: pull.id,
    node_id: nodeId('PullRequest', pull.id),
    number: pull.number,
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: `${apiUrl(repository)}/pulls/comments{/number}`,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    _links: hrefs({
      self: url,
      html,
      issue,
      comments: `${issue}/comments`,
      review_comments: `${url}/comments`,
      review_comment: `${apiUrl(repository)}/pulls/comments{/number}`,
      commits: `${url}/commits`,
      statuses,
    }),
    state: pull.state,
    locked: false,
    active_lock_reason: null,
    title: pull.title,
    body: pull.body,
    draft: pull.draft,
    user: userJson(accountOf(world, pull.author)),
    author_association: associationOf(repository, pull.author),
    labels: [],
    milestone: null,
    assignee: null,
    assignees: [],
    requested_reviewers: [],
    requested_teams: [],
    auto_merge: null,
    created_at: isoSeconds(pull.createdAt),
    updated_at: isoSeconds(pull.updatedAt),
    closed_at: isoOrNull(pull.closedAt),
    merged_at: isoOrNull(pull.mergedAt),
    merge_commit_sha: pull.mergeCommit,
    head: sideJson(world, headRepository, pull.head.owner, pull.head.ref, pull.head.sha),
    base: sideJson(world, repository, repository.owner, pull.base.ref, pull.base.sha),
  };
}

/** Whether it can be merged without a conflict; null where the head has moved, or its base, and nobody has asked since. */
export function mergeable(world: World, repository: Repository, pull: Pull): boolean | null {
  if (pull.state === 'closed') return null;
  const pair = `${pull.head.sha} ${baseTip(repository, pull)}`;
  if (pull.mergeableFor !== pair) {
    // It is found out in the background, when somebody asks:
    // https://docs.github.com/en/rest/pulls/pulls#get-a-pull-request
    pull.mergeableFor = pair;
    return null;
  }
  return mergeFiles(world.objects, baseTip(repository, pull), pull.head.sha) !== null;
}

/** As one pull request is shown, and as webhooks carry it: these don't wait for `mergeable`. */
export function fullPullJson(
  world: World,
  repository: Repository,
  pull: Pull,
  can = mergeable(world, repository, pull),
): Json {
  const ready = pull.draft ? 'draft' : blockedBy(repository, pull) === null ? 'clean' : 'blocked';
  const state = can === null ? 'unknown' : can ? ready : 'dirty';
  const changes = pullChanges(world, pull);
  const { additions, deletions } = statsOf(world.objects, changes);
  return {
    ...pullJson(world, repository, pull),
    merged: pull.mergedAt !== null,
    mergeable: can,
    mergeable_state: state,
    rebaseable: can,
    merged_by: pull.mergedBy === null ? null : userJson(accountOf(world, pull.mergedBy)),
    comments: repository.comments.filter(({ issue }) => issue === pull.number).length,
    review_comments: 0,
    maintainer_can_modify: false,
    commits: pullCommits(world, pull).length,
    additions,
    deletions,
    changed_files: changes.length,
  };
}
