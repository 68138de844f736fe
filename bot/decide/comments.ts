import { type Message, pullRequestComment } from '#registry/markdown/pull-request/comment.ts';
import { type Marker, type Past } from '#registry/markdown/pull-request/marker.ts';
import { isDefaced, markerOfOurs } from '../ours.ts';
import type { Pull, Snapshot } from '../snapshot/snapshot.ts';
import type { Action } from './plan.ts';

/**
 * The one comment on a pull request for a model: made where there is none, rewritten where it says something else, left
 * alone where what we know is older than what it says. Of several (two of us looked at once) the oldest stays.
 */
export function commentActions(snapshot: Snapshot, pull: Pull, message: Omit<Message, 'read' | 'head'>): Action[] {
  const { model } = message;
  const head = pull.head.sha;
  const [kept, ...others] = ourComments(snapshot, pull).filter(({ marker }) => marker.model === model);
  const removals = others.map(
    ({ comment }): Action => ({
      kind: 'remove_comment',
      pull: pull.number,
      id: comment.id,
      reason: `comment ${kept.comment.id} says the same of ${model}`,
    }),
  );
  const body = (read: string) => pullRequestComment({ ...message, head, read }, pastOf(kept?.marker, head));
  if (kept !== undefined) {
    const { comment, marker } = kept;
    const written = Date.parse(marker.read);
    // What was read after the comment was written is no time of ours: somebody wrote it there. All by GitHub's own clock.
    const isOlder = pull.updatedAt.getTime() < written && written <= comment.updatedAt.getTime();
    if (isOlder || comment.body === body(marker.read)) return removals;
  }
  const reason =
    kept === undefined ? `pull request ${pull.number} changes ${model}` : `${model} on ${head.slice(0, 7)} changed`;
  const read = pull.updatedAt.toISOString();
  return [
    { kind: 'comment', pull: pull.number, head, model, id: kept?.comment.id ?? null, body: body(read), reason },
    ...removals,
  ];
}

/** Takes away what bears our name and is not ours any more: people with write access can edit anybody's comments. */
export function defacedActions({ us }: Snapshot, { comments, number }: Pull): Action[] {
  return comments
    .filter(({ app, author, body }) => isDefaced(us, { body, app, login: author.login }))
    .map(({ id }) => ({ kind: 'remove_comment', pull: number, id, reason: `somebody wrote over comment ${id}` }));
}

/** Comments that we wrote, with their markers, oldest first. A marker in somebody else's comment is only text. */
export function ourComments({ us }: Snapshot, { comments }: Pull) {
  return comments
    .flatMap((comment) => {
      const { app, author, body } = comment;
      const marker = markerOfOurs(us, { body, app, login: author.login });
      return marker === null ? [] : [{ comment, marker }];
    })
    .sort((a, b) => a.comment.id - b.comment.id);
}

function pastOf(marker: Marker | undefined, head: string): Past[] {
  if (marker === undefined) return [];
  const last = marker.head === head || marker.line === null ? [] : [{ head: marker.head, line: marker.line }];
  return [...marker.history, ...last].filter(
    (one, index, all) => all.findLastIndex((other) => other.head === one.head) === index,
  );
}
