import { pullRequestComment } from '#registry/markdown/pull-request/comment.ts';
import { type Past, readMarker } from '#registry/markdown/pull-request/marker.ts';
import type { Pull, Snapshot } from '../snapshot/snapshot.ts';
import { messageOf } from './message.ts';
import type { Action } from './plan.ts';
import type { State } from './state.ts';

/**
 * The one comment on a pull request for a model: made where there is none, rewritten where it says something else. Of
 * several (two of us looked at once) the oldest stays.
 */
export function commentActions(snapshot: Snapshot, pull: Pull, model: string, state: State): Action[] {
  const ours = ourComments(snapshot, pull).filter(({ marker }) => marker.model === model);
  const [kept, ...others] = ours;
  const removals = others.map(
    ({ comment }): Action => ({
      kind: 'remove_comment',
      pull: pull.number,
      id: comment.id,
      reason: `comment ${kept?.comment.id} says the same of ${model}`,
    }),
  );
  const body = pullRequestComment(messageOf(pull, model, state), pastOf(kept?.marker, pull.head.sha));
  if (kept?.comment.body === body) return removals;
  const reason =
    kept === undefined
      ? `pull request ${pull.number} changes ${model}`
      : `${model} on ${pull.head.sha.slice(0, 7)} is ${state.kind} now`;
  return [
    { kind: 'comment', pull: pull.number, head: pull.head.sha, model, id: kept?.comment.id ?? null, body, reason },
    ...removals,
  ];
}

/** Comments that we wrote, with their markers, oldest first. A marker in somebody else's comment is only text. */
export function ourComments({ us }: Snapshot, { comments }: Pull) {
  return comments
    .filter(({ app, author }) => (us.starter ? author.login === us.login : app === us.app))
    .flatMap((comment) => {
      const marker = readMarker(comment.body);
      return marker === null ? [] : [{ comment, marker }];
    })
    .sort((a, b) => a.comment.id - b.comment.id);
}

function pastOf(marker: ReturnType<typeof readMarker> | undefined, head: string): Past[] {
  if (marker == null) return [];
  const last = marker.head === head || marker.line === null ? [] : [{ head: marker.head, line: marker.line }];
  return [...marker.history, ...last];
}
