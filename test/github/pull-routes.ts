import { filesJson } from './changed-files.ts';
import { commitJson, resolve } from './commits.ts';
import { mergePull } from './merges.ts';
import { closePull, sendPull } from './pull-events.ts';
import { fullPullJson, pullChanges, pullCommits, pullJson } from './pulls.ts';
import {
  accountOfActor,
  type Call,
  integer,
  listed,
  type Need,
  notFound,
  optionalText,
  type Route,
  repositoryOf,
  text,
  unprocessable,
} from './route.ts';
import { newId, type Pull, type Repository, type World } from './state.ts';

const READ: Need[] = [{ permission: 'pull_requests', level: 'read' }];
const WRITE: Need[] = [{ permission: 'pull_requests', level: 'write' }];
/** https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files */
const MOST_FILES = 3000;
/** https://docs.github.com/en/rest/pulls/pulls#list-commits-on-a-pull-request */
const MOST_COMMITS = 250;

export function pullOf(call: Call): { repository: Repository; pull: Pull } {
  const repository = repositoryOf(call);
  const pull = repository.pulls.find(({ number }) => number === integer(call, 'pull_number'));
  if (pull === undefined) throw notFound();
  return { repository, pull };
}

export interface NewPull {
  title: string;
  body?: string | null;
  author: string;
  draft?: boolean;
  base: string;
  /** The repository of the head, which may be a fork. */
  from: Repository;
  head: string;
}

export function openPull(world: World, repository: Repository, wanted: NewPull): Pull {
  const { author, base, body = null, draft = false, from, head, title } = wanted;
  const baseSha = resolve(world, repository, base);
  const headSha = resolve(world, from, head);
  if (baseSha === null) throw unprocessable('PullRequest', 'base', 'base is invalid');
  if (headSha === null) throw unprocessable('PullRequest', 'head', 'head is invalid');
  const same = repository.pulls.some(
    (pull) =>
      pull.state === 'open' && pull.head.repository === from.id && pull.head.ref === head && pull.base.ref === base,
  );
  if (same) throw unprocessable('PullRequest', 'head', `A pull request already exists for ${from.owner}:${head}.`);
  repository.lastNumber += 1;
  const pull: Pull = {
    id: newId(world),
    number: repository.lastNumber,
    title,
    body,
    author,
    draft,
    state: 'open',
    head: { repository: from.id, owner: from.owner, ref: head, sha: headSha },
    base: { ref: base, sha: baseSha },
    createdAt: world.now,
    updatedAt: world.now,
    closedAt: null,
    mergedAt: null,
    mergedBy: null,
    mergeCommit: null,
    mergeableFor: null,
    reviews: [],
  };
  if (pullCommits(world, pull).length === 0)
    throw unprocessable('PullRequest', 'head', `No commits between ${base} and ${head}`);
  repository.pulls.push(pull);
  sendPull(world, repository, pull, 'opened', author);
  return pull;
}

function listPulls(call: Call) {
  const repository = repositoryOf(call);
  const state = optionalText(call, 'state') ?? 'open';
  const head = optionalText(call, 'head');
  const base = optionalText(call, 'base');
  const sort = optionalText(call, 'sort') === 'updated' ? 'updatedAt' : 'createdAt';
  const direction = optionalText(call, 'direction') ?? (sort === 'createdAt' ? 'desc' : 'asc');
  const found = repository.pulls
    .filter((pull) => state === 'all' || pull.state === state)
    .filter((pull) => head === undefined || head === `${pull.head.owner}:${pull.head.ref}`)
    .filter((pull) => base === undefined || base === pull.base.ref)
    .sort((a, b) => (a[sort].getTime() - b[sort].getTime() || a.number - b.number) * (direction === 'desc' ? -1 : 1));
  return listed(call, found, (pull) => pullJson(call.world, repository, pull));
}

export const pullRoutes: Route[] = [
  { route: 'GET /repos/{owner}/{repo}/pulls', needs: READ, handle: listPulls },
  {
    route: 'POST /repos/{owner}/{repo}/pulls',
    needs: WRITE,
    handle: (call) => {
      const { world } = call;
      const repository = repositoryOf(call);
      const [owner, branch] = text(call, 'head').includes(':')
        ? text(call, 'head').split(':')
        : [repository.owner, text(call, 'head')];
      const from =
        owner === repository.owner
          ? repository
          : world.repositories.find((one) => one.owner === owner && one.parent === repository.id);
      if (from === undefined || branch === undefined) throw unprocessable('PullRequest', 'head', 'head is invalid');
      const author = accountOfActor(world, call.actor).login;
      const draft = call.parameters['draft'] === true;
      const title = optionalText(call, 'title') ?? '';
      const body = optionalText(call, 'body') ?? null;
      const pull = openPull(world, repository, {
        title,
        body,
        author,
        draft,
        base: text(call, 'base'),
        from,
        head: branch,
      });
      return { status: 201, data: fullPullJson(world, repository, pull) };
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    needs: READ,
    handle: (call) => {
      const { pull, repository } = pullOf(call);
      return { status: 200, data: fullPullJson(call.world, repository, pull) };
    },
  },
  {
    route: 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
    needs: WRITE,
    handle: (call) => {
      const { world } = call;
      const { pull, repository } = pullOf(call);
      const by = accountOfActor(world, call.actor).login;
      const state = optionalText(call, 'state') ?? pull.state;
      const before = { title: pull.title, body: pull.body, base: pull.base.ref };
      pull.title = optionalText(call, 'title') ?? pull.title;
      pull.body = optionalText(call, 'body') ?? pull.body;
      const base = optionalText(call, 'base') ?? pull.base.ref;
      const tip = resolve(world, repository, base);
      if (tip === null) throw unprocessable('PullRequest', 'base', 'base is invalid');
      if (base !== pull.base.ref) pull.base = { ref: base, sha: tip };
      pull.updatedAt = world.now;
      if (pull.title !== before.title || pull.body !== before.body || base !== before.base)
        sendPull(world, repository, pull, 'edited', by, { changes: {} });
      if (state === 'closed' && pull.state === 'open') closePull(world, repository, pull, by);
      if (state === 'open' && pull.state === 'closed') {
        if (pull.mergedAt !== null)
          throw unprocessable('PullRequest', 'state', 'state cannot be changed. The pull request has been merged.');
        pull.state = 'open';
        pull.closedAt = null;
        sendPull(world, repository, pull, 'reopened', by);
      }
      return { status: 200, data: fullPullJson(world, repository, pull) };
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
    needs: READ,
    handle: (call) => {
      const { pull, repository } = pullOf(call);
      const changes = pullChanges(call.world, pull).slice(0, MOST_FILES);
      const files = filesJson(call.world.objects, repository, pull.head.sha, changes);
      return listed(call, files, (file) => file);
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
    needs: READ,
    handle: (call) => {
      const { pull, repository } = pullOf(call);
      const commits = pullCommits(call.world, pull).slice(0, MOST_COMMITS);
      return listed(call, commits, (sha) => commitJson(call.world, repository, sha));
    },
  },
  {
    route: 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge',
    needs: [{ permission: 'contents', level: 'write' }],
    handle: (call) => {
      const { pull, repository } = pullOf(call);
      const method = optionalText(call, 'merge_method') ?? 'merge';
      const by = accountOfActor(call.world, call.actor).login;
      const wanted = {
        by,
        sha: optionalText(call, 'sha') ?? null,
        method,
        title: optionalText(call, 'commit_title') ?? null,
      };
      const sha = mergePull(call.world, repository, pull, wanted);
      return { status: 200, data: { sha, merged: true, message: 'Pull Request successfully merged' } };
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      const sha = text(call, 'commit_sha');
      const found = repository.pulls.filter(
        (pull) => pull.mergeCommit === sha || (pull.state === 'open' && pullCommits(call.world, pull).includes(sha)),
      );
      return listed(call, found, (pull) => pullJson(call.world, repository, pull));
    },
  },
];
