import { getComment } from '#registry/github/comments.ts';
import { getPullHead } from '#registry/github/pulls.ts';
import { createReaction } from '#registry/github/reactions.ts';
import { getRun, rerunRun } from '#registry/github/runs.ts';
import type { Done } from '../apply.ts';
import type { Action } from '../decide/plan.ts';
import { type Hand, type Outcome, writeOnce } from './hand.ts';

/**
 * Runs a run once more, unless it runs again already; but only where its head still is the pull request's: who asked may
 * have meant another, which was pushed while we read.
 */
export async function rerun({ github, place }: Hand, action: Extract<Action, { kind: 'rerun' }>): Promise<Outcome> {
  const { attempt, head, pull, run } = action;
  const again = async () => {
    const now = await getRun(github, place, run);
    return now.status !== 'completed' || (now.run_attempt ?? 1) > attempt;
  };
  if ((await getPullHead(github, place, pull)) !== head) return 'stale';
  return (await again()) ? 'same' : writeOnce(() => rerunRun(github, place, run), again);
}

/**
 * Answers a command by a reaction; the last thing that happens to it, and only once what it asked for on this pull request
 * has been done. A reaction is there once however often it is sent, so that nothing needs to be read back.
 */
export async function react(
  { github, place, snapshot }: Hand,
  { comment, content, pull }: Extract<Action, { kind: 'react' }>,
  before: readonly Done[],
): Promise<Outcome> {
  const undone = ({ action, outcome }: Done) =>
    action.pull === pull && action.kind === 'rerun' && outcome !== 'written' && outcome !== 'same';
  if (before.some(undone)) return 'stale';
  const seen = snapshot.pulls.flatMap(({ comments }) => comments).find(({ id }) => id === comment);
  const there = await getComment(github, place, comment);
  if (there === null || there.body !== seen?.body) return 'stale';
  await createReaction(github, place, comment, content);
  return 'written';
}
