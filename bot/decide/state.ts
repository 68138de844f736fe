import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import { policyText } from '#registry/parse-model.ts';
import { evidenceFor, isMeasuredFor } from '#registry/proposed.ts';
import type { Verdict } from '#registry/verdict.ts';
import { ourCheck } from '../ours.ts';
import type { Pull, Run, Snapshot } from '../snapshot/snapshot.ts';
import { type Doubt, doubtsOf, type Judgeable, withDoubts } from './doubts.ts';
import { own } from './model-at.ts';
import { changedPolicies, type Flip, flipsOf } from './policy-change.ts';

/** The check that branch protection requires. */
export const REQUIRED = 'tiltyard';

/** How far the judgement of one model on one head is. */
export type State =
  /** No run yet, or one that has not ended. */
  | { kind: 'waiting'; run: Run | null }
  /** Nothing came for longer than the settings allow. */
  | { kind: 'overdue'; run: Run | null; minutes: number }
  /** The workflow ended without evidence. */
  | { kind: 'failed'; run: Run }
  /** The head's model.yaml can't be read. */
  | { kind: 'broken'; run: null; problem: string }
  /** There is something in evidence's place that can't be read, no policy to judge it by, or a run that waits for a person. */
  | { kind: 'unreadable'; run: Run; problem: string }
  /** The head has no such model any more. */
  | { kind: 'removed'; run: null }
  | Judged;

export interface Judged {
  kind: 'judged';
  run: Run;
  evaluation: Evaluation;
  /** sha256 of the evidence. */
  digest: string;
  /** By the policy that decides. */
  verdict: Verdict;
  /** Why the evidence can't be relied on, which the verdict says too. */
  doubts: Doubt[];
  /** Where that policy stands: the base, or, where the base has none that can be read, the head. */
  policy: 'base' | 'head, as base has none' | 'head, as base’s is broken';
  /** Whether the rules' lines are the head's. */
  linesOfHead: boolean;
  /** The same evidence by the policy that the head proposes; null where that is the same. */
  proposed: { verdict: Verdict; isMeasured: boolean; again: { flips: Flip[]; promotions: number } } | null;
}

/**
 * Judges the newest evidence on a pull request's head by the policy of its base. A model whose policy the base does not
 * have, or can't be read there, is judged by its own, which informs and passes nothing.
 */
export function stateOf(snapshot: Snapshot, pull: Pull, model: string): State {
  const base = own(pull.atBase.models, model);
  const head = own(pull.atHead.models, model);
  if (head === undefined) return { kind: 'removed', run: null };
  if (head.model === null) return { kind: 'broken', run: null, problem: head.problem };
  const [run] = pull.runs;
  if (run === undefined || !run.completed) return waiting(snapshot, pull, run ?? null);
  const evidence = run.evidence.find((one) => one.model === model);
  // GitHub asks a maintainer before it runs what a newcomer's fork brings: nothing has gone wrong.
  if (evidence === undefined && run.conclusion === 'action_required')
    return { kind: 'unreadable', run, problem: 'the workflow waits until a maintainer lets it run' };
  if (evidence === undefined) return { kind: 'failed', run };
  if (evidence.evaluation === null) return { kind: 'unreadable', run, problem: evidence.problem };

  const { digest, evaluation } = evidence;
  const about = { kind: 'judged', run, evaluation, digest } as const;
  if (base === undefined || base.model === null) {
    const verdict = judge(head.model, evaluation, head.where);
    const policy = base === undefined ? 'head, as base has none' : 'head, as base’s is broken';
    return { ...about, verdict, doubts: [], policy, linesOfHead: true, proposed: null };
  }
  const same = policyText(base.model) === policyText(head.model);
  const doubts = doubtsOf(snapshot, pull, { base, head, evaluation });
  const verdict = withDoubts(model, judge(base.model, evaluation, same ? head.where : base.where), doubts);
  const isProposed = changedPolicies(pull).includes(model);
  const proposed = isProposed ? proposal(pull, model, { base, head, evaluation }) : null;
  return { ...about, verdict, doubts, policy: 'base', linesOfHead: same, proposed };
}

function proposal(pull: Pull, model: string, { base, head, evaluation }: Judgeable): Judged['proposed'] {
  const promotions = own(pull.promotions, model) ?? [];
  return {
    verdict: judge(head.model, evidenceFor(head.model, evaluation), head.where),
    isMeasured: isMeasuredFor(head.model, evaluation),
    again: { flips: flipsOf(base, head, promotions), promotions: promotions.length },
  };
}

type Heads = Pick<Snapshot, 'us' | 'pulls'>;

/**
 * Since when a head is there, by GitHub's own clock: since our required check on it says, which hands on what it was first
 * made with, else since a pull request with this head last changed.
 */
export function headSince(snapshot: Heads, pull: Pull): Date {
  const same = snapshot.pulls
    .filter(({ head }) => head.sha === pull.head.sha)
    .map(({ updatedAt }) => updatedAt.getTime());
  return ourCheck(snapshot.us, pull.checks, REQUIRED)?.startedAt ?? new Date(Math.min(...same));
}

/** After when evidence is overdue that has not come yet: until then time alone changes nothing. */
export function overdueAfter(snapshot: Heads, pull: Pull, run: Run | null): Date {
  const since = run?.startedAt ?? headSince(snapshot, pull);
  return new Date(since.getTime() + pull.atBase.settings.bot.max_wait * 60_000);
}

function waiting(snapshot: Snapshot, pull: Pull, run: Run | null): State {
  return snapshot.now > overdueAfter(snapshot, pull, run)
    ? { kind: 'overdue', run, minutes: pull.atBase.settings.bot.max_wait }
    : { kind: 'waiting', run };
}
