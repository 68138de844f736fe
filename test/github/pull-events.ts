import { noteActivity } from './activity.ts';
import { fullPullJson } from './pulls.ts';
import { pushedCommits } from './pushed-commits.ts';
import { type Json, type Pull, type Repository, type World } from './state.ts';
import { emit } from './webhooks.ts';

export const NO_COMMIT = '0'.repeat(40);

/** What a branch is now, and which open pull requests that moves. */
export interface Movement {
  ref: string;
  before: string | null;
  after: string | null;
  by: string;
  /** Whether a pull request was merged so. */
  merges?: boolean;
}

/**
 * Moves a ref, and with it the head of every open pull request from that branch; a branch that goes away closes them.
 * A pull request takes over the base's tip when its head moves, not when the base does.
 */
export function refMoved(world: World, repository: Repository, movement: Movement): void {
  const { ref, before, after, by } = movement;
  if (after === null) repository.refs.delete(ref);
  else repository.refs.set(ref, after);
  noteActivity(world, repository, movement);
  const branch = /^refs\/heads\/(.+)$/.exec(ref)?.[1];
  const body = {
    ref,
    before: before ?? NO_COMMIT,
    after: after ?? NO_COMMIT,
    created: before === null,
    deleted: after === null,
  };
  const more = { pusher: { name: by }, base_ref: null, compare: '', ...pushedCommits(world, repository, movement) };
  emit(world, repository, { event: 'push', action: null, by, body: { ...body, ...more } });
  if (branch === undefined || before === after) return;
  for (const home of world.repositories) {
    for (const pull of home.pulls) {
      if (pull.state !== 'open' || pull.head.repository !== repository.id || pull.head.ref !== branch) continue;
      if (after === null) closePull(world, home, pull, by);
      else {
        pull.head.sha = after;
        pull.base.sha = home.refs.get(`refs/heads/${pull.base.ref}`) ?? pull.base.sha;
        pull.updatedAt = world.now;
        sendPull(world, home, pull, 'synchronize', by, { before: before ?? NO_COMMIT, after });
      }
    }
  }
}

export function closePull(world: World, repository: Repository, pull: Pull, by: string): void {
  pull.state = 'closed';
  pull.closedAt = world.now;
  pull.updatedAt = world.now;
  sendPull(world, repository, pull, 'closed', by);
}

export function sendPull(
  world: World,
  repository: Repository,
  pull: Pull,
  action: string,
  by: string,
  more: Json = {},
): void {
  const body = { number: pull.number, pull_request: fullPullJson(world, repository, pull, null), ...more };
  emit(world, repository, { event: 'pull_request', action, by, body });
}
