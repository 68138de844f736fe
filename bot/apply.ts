import { type GitHub, GitHubError } from '#registry/github/client.ts';
import { writeCheck } from './apply/check.ts';
import { react, rerun } from './apply/command.ts';
import { removeComment, writeComment } from './apply/comment.ts';
import { createHand, type Hand, type Outcome } from './apply/hand.ts';
import type { Action, Plan } from './decide/plan.ts';
import { laterOf } from './metered.ts';
import type { Snapshot } from './snapshot/snapshot.ts';

/** What became of an action. */
export interface Done {
  action: Action;
  /** What it turned out to be; `later`: GitHub takes no more now, or we are ending; `failed`: refused, or nobody knows. */
  outcome: Outcome | 'later' | 'failed';
  error: GitHubError | null;
  /** When what is left for later may be tried. */
  until: Date | null;
}

interface Options {
  signal?: AbortSignal | undefined;
  /** Whether nothing was asked for since the plan's pull request was read. */
  justRead?: boolean;
  clock?: () => Date;
}

/** Writes that can follow upon one reading; after more of them, or after so many milliseconds, something may have changed. */
const FEW = 5;
const SOON = 3_000;

/**
 * Performs a plan, one action at a time: reads, compares, writes once, and where the answer was lost reads back. What GitHub
 * refuses stays for the next look; the other actions go on. Begins nothing more once `signal` says so.
 */
export async function apply(
  github: GitHub,
  snapshot: Snapshot,
  plan: Plan,
  { clock = () => snapshot.now, justRead = false, signal }: Options = {},
): Promise<Done[]> {
  const began = clock().getTime();
  const isFew = justRead && plan.actions.length <= FEW;
  const hand = createHand(github, snapshot, () => isFew && clock().getTime() - began < SOON);
  const done: Done[] = [];
  for (const action of plan.actions) {
    const ending = signal?.aborted === true;
    const became = ending ? { outcome: 'later' as const } : await attempt(hand, action, done);
    done.push({ action, error: null, until: null, ...became });
  }
  return done;
}

type Became = Pick<Done, 'outcome'> & Partial<Done>;

async function attempt(hand: Hand, action: Action, before: readonly Done[]): Promise<Became> {
  try {
    return { outcome: await perform(hand, action, before) };
  } catch (error) {
    const later = laterOf(error);
    if (later !== null) return { outcome: 'later', until: later.until };
    if (!(error instanceof GitHubError)) throw error;
    return { outcome: 'failed', error };
  }
}

async function perform(hand: Hand, action: Action, before: readonly Done[]): Promise<Outcome> {
  switch (action.kind) {
    case 'comment':
      return writeComment(hand, action);
    case 'remove_comment':
      return removeComment(hand, action);
    case 'check':
      return writeCheck(hand, action);
    case 'rerun':
      return rerun(hand, action);
    case 'react':
      return react(hand, action, before);
  }
}
