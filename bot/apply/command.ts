import { GitHubError } from '#registry/github/client.ts';
import { getComment } from '#registry/github/comments.ts';
import { getPullHead } from '#registry/github/pulls.ts';
import { createReaction } from '#registry/github/reactions.ts';
import { getRun, rerunRun } from '#registry/github/runs.ts';
import type { Done } from '../apply.ts';
import type { Action } from '../decide/plan.ts';
import { type Hand, type Outcome, writeOnce } from './hand.ts';

/** GitHub does not do it, and would not if it was asked again: without the permission, or for what is too old. */
const FOR_GOOD = [403, 422];

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
  if (await again()) return 'same';
  try {
    return await writeOnce(() => rerunRun(github, place, run), again);
  } catch (error) {
    // GitHub refuses what runs already: another of us, or a person, was quicker.
    if (error instanceof GitHubError && FOR_GOOD.includes(error.status) && (await again())) return 'same';
    throw error;
  }
}

/**
 * Answers a command by a reaction; the last thing that happens to it, and only once what it asked for has been done, or
 * refused for good. A reaction is there once however often it is sent, so that nothing needs to be read back.
 */
export async function react(
  { github, place, snapshot }: Hand,
  { comment, content, rerun: asked }: Extract<Action, { kind: 'react' }>,
  before: readonly Done[],
): Promise<Outcome> {
  const run = before.findLast(({ action }) => action.kind === 'rerun' && action.run === asked);
  const isDone = run === undefined || run.outcome === 'written' || run.outcome === 'same';
  const isRefused = run?.outcome === 'failed' && FOR_GOOD.includes(run.error?.status ?? 0);
  if (!isDone && !isRefused) return 'stale';
  const seen = snapshot.pulls.flatMap(({ comments }) => comments).find(({ id }) => id === comment);
  const there = await getComment(github, place, comment);
  if (there === null || there.body !== seen?.body) return 'stale';
  await createReaction(github, place, comment, isRefused ? 'confused' : content);
  return 'written';
}
