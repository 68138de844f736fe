import {
  createComment,
  deleteComment,
  getComment,
  type IssueComment,
  listComments,
  updateComment,
} from '#registry/github/comments.ts';
import { getPullHead } from '#registry/github/pulls.ts';
import type { Action } from '../decide/plan.ts';
import { isDefaced, markerOfOurs, type Signed } from '../ours.ts';
import { type Hand, type Outcome, writeOnce } from './hand.ts';

type CommentAction = Extract<Action, { kind: 'comment' }>;

/**
 * Makes or rewrites our comment on a pull request for a model, but only where it still is as the plan took it to be, and on
 * the head that the plan was made for: otherwise another of us was here, and might know more.
 */
export async function writeComment(hand: Hand, action: CommentAction): Promise<Outcome> {
  const { github, place } = hand;
  const { body, id, model, pull } = action;
  const other = hand.isFresh() ? null : await otherwise(hand, action);
  if (other !== null) return other;
  if (id === null) {
    const made = async () => (await oursFor(hand, pull, model)).some((comment) => comment.body === body);
    return writeOnce(() => createComment(github, place, pull, body), made);
  }
  const rewritten = async () => (await getComment(github, place, id))?.body === body;
  return writeOnce(() => updateComment(github, place, id, body), rewritten);
}

/** What has become of it since the plan was made; null where nothing has. */
async function otherwise(hand: Hand, { body, head, id, model, pull }: CommentAction): Promise<Outcome | null> {
  const { github, place } = hand;
  const there = id === null ? (await oursFor(hand, pull, model))[0] : await getComment(github, place, id);
  if (there?.body === body) return 'same';
  if (there?.body !== seen(hand, pull, id)) return 'stale';
  return (await getPullHead(github, place, pull)) === head ? null : 'stale';
}

/** What the plan took the comment to say; undefined where it saw none. */
function seen({ snapshot }: Hand, pull: number, id: number | null): string | undefined {
  const comments = snapshot.pulls.find(({ number }) => number === pull)?.comments ?? [];
  return comments.find((comment) => comment.id === id)?.body;
}

/** Removes one of our comments: of several never the oldest, which stays; and one that somebody else wrote over. */
export async function removeComment(
  hand: Hand,
  { pull, id }: Extract<Action, { kind: 'remove_comment' }>,
): Promise<Outcome> {
  const comment = await getComment(hand.github, hand.place, id);
  if (comment === null) return 'same';
  if (!isDefaced(hand.snapshot.us, signed(comment))) {
    const marker = markerOf(hand, comment);
    if (marker === null) return 'stale';
    const [oldest] = await oursFor(hand, pull, marker.model);
    if (oldest === undefined || oldest.id === id) return 'stale';
  }
  const gone = async () => (await getComment(hand.github, hand.place, id)) === null;
  return writeOnce(() => deleteComment(hand.github, hand.place, id), gone);
}

/** Ours for a model, oldest first. */
async function oursFor(hand: Hand, pull: number, model: string): Promise<IssueComment[]> {
  const comments = await listComments(hand.github, hand.place, pull);
  return comments.filter((comment) => markerOf(hand, comment)?.model === model).sort((a, b) => a.id - b.id);
}

function markerOf({ snapshot }: Hand, comment: IssueComment) {
  return markerOfOurs(snapshot.us, signed(comment));
}

const signed = ({ body, user, performed_via_github_app: app }: IssueComment): Signed => ({
  body,
  login: user?.login ?? null,
  app: app?.id ?? null,
});
