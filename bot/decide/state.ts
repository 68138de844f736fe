import type { Evaluation } from '#registry/evidence/evaluation.ts';
import { judge } from '#registry/judge.ts';
import type { Verdict } from '#registry/verdict.ts';
import type { ModelAt, Pull, Run, Snapshot } from '../snapshot/snapshot.ts';

/** How far the judgement of one model on one head is. */
export type State =
  /** No run yet, or one that has not ended. */
  | { kind: 'waiting'; run: Run | null }
  /** Nothing came for longer than the settings allow. */
  | { kind: 'overdue'; run: Run | null; minutes: number }
  /** The workflow ended without evidence. */
  | { kind: 'failed'; run: Run }
  /** There is something in its place that can't be read. */
  | { kind: 'unreadable'; run: Run | null; problem: string }
  | { kind: 'judged'; run: Run; evaluation: Evaluation; verdict: Verdict; digest: string; policy: 'base' | 'head' };

/**
 * Judges the newest evidence on a pull request's head by the policy of its base. A model that the base does not have yet
 * is judged by its own policy, which informs and passes nothing.
 */
export function stateOf(snapshot: Snapshot, pull: Pull, model: string): State {
  const head = pull.atHead.models[model];
  if (head !== undefined && head.model === null) return { kind: 'unreadable', run: null, problem: head.problem };
  const [run] = pull.runs;
  if (run === undefined || !run.completed) return waiting(snapshot, pull, run ?? null);
  const evidence = run.evidence.find((one) => one.model === model);
  if (evidence === undefined) return { kind: 'failed', run };
  if (evidence.evaluation === null) return { kind: 'unreadable', run, problem: evidence.problem };
  const atBase: ModelAt | undefined = pull.atBase.models[model];
  const policy = atBase?.model ? 'base' : 'head';
  const judged = atBase?.model ? atBase : head;
  if (judged?.model === undefined || judged.model === null) {
    return { kind: 'unreadable', run, problem: atBase?.problem ?? `models/${model}/model.yaml is gone` };
  }
  const { evaluation, digest } = evidence;
  return { kind: 'judged', run, evaluation, digest, policy, verdict: judge(judged.model, evaluation, judged.where) };
}

function waiting(snapshot: Snapshot, pull: Pull, run: Run | null): State {
  const allowed = pull.atBase.settings.bot.max_wait;
  // GitHub's own clock says since when: that of the run, else that of our check, else that of the pull request.
  const since = run?.startedAt ?? pull.checks.find((check) => check.startedAt !== null)?.startedAt ?? pull.updatedAt;
  const minutes = (snapshot.now.getTime() - since.getTime()) / 60_000;
  return minutes > allowed ? { kind: 'overdue', run, minutes: allowed } : { kind: 'waiting', run };
}
