import { accountOf, appJson, userJson } from './accounts.ts';
import { associationOf } from './associations.ts';
import { pullJson } from './pulls.ts';
import { reactionsJson } from './reactions.ts';
import { apiUrl, repositoryById, webUrl } from './repositories.ts';
import { roleOf } from './roles.ts';
import {
  type Answer,
  accountOfActor,
  appOfActor,
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
import { type Comment, isoSeconds, type Json, newId, nodeId, type Repository, type World } from './state.ts';
import { emit } from './webhooks.ts';

/** Where GitHub's own limit lies, in characters; a longer body is a 422. */
const LONGEST = 65_536;

export const READ: Need[] = [
  { permission: 'issues', level: 'read' },
  { permission: 'pull_requests', level: 'read' },
];
export const WRITE: Need[] = READ.map(({ permission }) => ({ permission, level: 'write' }));

export function commentJson(world: World, repository: Repository, comment: Comment): Json {
  const url = `${apiUrl(repository)}/issues/comments/${comment.id}`;
  return {
    id: comment.id,
    node_id: nodeId('IssueComment', comment.id),
    url,
    html_url: `${webUrl(repository)}/pull/${comment.issue}#issuecomment-${comment.id}`,
    issue_url: `${apiUrl(repository)}/issues/${comment.issue}`,
    user: userJson(accountOf(world, comment.author)),
    created_at: isoSeconds(comment.createdAt),
    updated_at: isoSeconds(comment.updatedAt),
    body: comment.body,
    author_association: associationOf(repository, comment.author),
    performed_via_github_app: comment.app === null ? null : appJson(world, comment.app),
    reactions: reactionsJson(`${url}/reactions`, comment.reactions),
  };
}

export interface NewComment {
  issue: number;
  author: string;
  app?: number | null;
  body: string;
}

export function addComment(world: World, repository: Repository, wanted: NewComment): Comment {
  const { issue, author, app = null, body } = wanted;
  if (body.trim() === '') throw unprocessable('IssueComment', 'body', 'body can’t be blank');
  if (body.length > LONGEST)
    throw unprocessable('IssueComment', 'body', `body is too long (maximum is ${LONGEST} characters)`);
  const at = world.now;
  const comment = { id: newId(world), issue, author, app, body, createdAt: at, updatedAt: at, reactions: [] };
  repository.comments.push(comment);
  touch(world, repository, issue);
  sendComment(world, repository, 'created', comment, author);
  return comment;
}

export function changeComment(world: World, repository: Repository, comment: Comment, body: string, by: string): void {
  if (body.length > LONGEST)
    throw unprocessable('IssueComment', 'body', `body is too long (maximum is ${LONGEST} characters)`);
  const before = comment.body;
  comment.body = body;
  comment.updatedAt = world.now;
  touch(world, repository, comment.issue);
  sendComment(world, repository, 'edited', comment, by, { changes: { body: { from: before } } });
}

/**
 * A comment that is written or edited counts as an update of its pull request
 * (https://github.com/microsoft/TypeScript-Twoslash-Repro-Action/issues/17). Whether one that is removed does, GitHub does
 * not say: here it does not, which is harder for whoever has to find it out.
 */
function touch(world: World, repository: Repository, issue: number): void {
  const pull = repository.pulls.find(({ number }) => number === issue);
  if (pull !== undefined) pull.updatedAt = world.now;
}

export function removeComment(world: World, repository: Repository, comment: Comment, by: string): void {
  repository.comments.splice(repository.comments.indexOf(comment), 1);
  sendComment(world, repository, 'deleted', comment, by);
}

function sendComment(
  world: World,
  repository: Repository,
  action: string,
  comment: Comment,
  by: string,
  more: Json = {},
) {
  const pull = repository.pulls.find(({ number }) => number === comment.issue);
  if (pull === undefined) return;
  const {
    _links: _,
    base: _base,
    head: _head,
    url,
    html_url,
    diff_url,
    patch_url,
    ...shared
  } = pullJson(world, repository, pull);
  const issueUrl = `${apiUrl(repository)}/issues/${pull.number}`;
  const issue = {
    ...shared,
    url: issueUrl,
    html_url,
    repository_url: apiUrl(repository),
    labels_url: `${issueUrl}/labels{/name}`,
    events_url: `${issueUrl}/events`,
    timeline_url: `${issueUrl}/timeline`,
    comments: repository.comments.filter((one) => one.issue === pull.number).length,
    performed_via_github_app: null,
    state_reason: null,
    reactions: reactionsJson(`${issueUrl}/reactions`, []),
    pull_request: { url, html_url, diff_url, patch_url, merged_at: shared['merged_at'] },
  };
  emit(world, repository, {
    event: 'issue_comment',
    action,
    by,
    body: { issue, comment: commentJson(world, repository, comment), ...more },
  });
}

/** The comment that a path names. */
export function commentOf(call: Call): { repository: Repository; comment: Comment } {
  const repository = repositoryOf(call);
  const comment = repository.comments.find(({ id }) => id === integer(call, 'comment_id'));
  if (comment === undefined) throw notFound();
  return { repository, comment };
}

function issueOf(call: Call): { repository: Repository; issue: number } {
  const repository = repositoryOf(call);
  const issue = integer(call, 'issue_number');
  if (!repository.pulls.some(({ number }) => number === issue)) throw notFound();
  return { repository, issue };
}

/** People change their own comments, and those of others where they may write to the repository. */
function mayChange(call: Call, repository: Repository, comment: Comment): void {
  if (call.actor.kind !== 'person' || comment.author === call.actor.login) return;
  if (!['write', 'maintain', 'admin'].includes(roleOf(repositoryById(call.world, repository.id), call.actor.login)))
    throw notFound();
}

const answer = (call: Call, status: number, repository: Repository, comment: Comment): Answer => ({
  status,
  data: commentJson(call.world, repository, comment),
});

export const commentRoutes: Route[] = [
  {
    route: 'GET /repos/{owner}/{repo}/issues/comments',
    needs: READ,
    handle: (call) => {
      const repository = repositoryOf(call);
      const since = optionalText(call, 'since');
      const newest = optionalText(call, 'direction') === 'desc';
      const sort = optionalText(call, 'sort') === 'updated' ? 'updatedAt' : 'createdAt';
      const found = repository.comments
        .filter(({ updatedAt }) => since === undefined || isoSeconds(updatedAt) >= isoSeconds(new Date(since)))
        .sort((a, b) => (a[sort].getTime() - b[sort].getTime() || a.id - b.id) * (newest ? -1 : 1));
      return listed(call, found, (comment) => commentJson(call.world, repository, comment));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    needs: READ,
    handle: (call) => {
      const { repository, issue } = issueOf(call);
      const since = optionalText(call, 'since');
      const found = repository.comments.filter(
        (one) =>
          one.issue === issue && (since === undefined || isoSeconds(one.updatedAt) >= isoSeconds(new Date(since))),
      );
      return listed(call, found, (comment) => commentJson(call.world, repository, comment));
    },
  },
  {
    route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    needs: WRITE,
    handle: (call) => {
      const { repository, issue } = issueOf(call);
      const author = accountOfActor(call.world, call.actor).login;
      const wanted = { issue, author, app: appOfActor(call.actor), body: text(call, 'body') };
      return answer(call, 201, repository, addComment(call.world, repository, wanted));
    },
  },
  {
    route: 'GET /repos/{owner}/{repo}/issues/comments/{comment_id}',
    needs: READ,
    handle: (call) => {
      const { repository, comment } = commentOf(call);
      return answer(call, 200, repository, comment);
    },
  },
  {
    route: 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
    needs: WRITE,
    handle: (call) => {
      const { repository, comment } = commentOf(call);
      mayChange(call, repository, comment);
      changeComment(call.world, repository, comment, text(call, 'body'), accountOfActor(call.world, call.actor).login);
      return answer(call, 200, repository, comment);
    },
  },
  {
    route: 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}',
    needs: WRITE,
    handle: (call) => {
      const { repository, comment } = commentOf(call);
      mayChange(call, repository, comment);
      removeComment(call.world, repository, comment, accountOfActor(call.world, call.actor).login);
      return { status: 204, data: undefined };
    },
  },
];
