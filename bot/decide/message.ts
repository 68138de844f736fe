import { recipeChanges } from '#registry/markdown/pull-request/changes.ts';
import type { EvaluationMessage } from '#registry/markdown/pull-request/evaluation-message.ts';
import type { Pull } from '../snapshot/snapshot.ts';
import { failureSentence } from './failure-sentence.ts';
import { soundModel } from './model-at.ts';
import { nextStep } from './next-step.ts';
import type { Judged, State } from './state.ts';

/** What the comment on a pull request says of the evaluation of one model. */
export function messageOf(pull: Pull, model: string, state: State): EvaluationMessage {
  switch (state.kind) {
    case 'waiting':
      return {
        kind: 'waiting',
        url: state.run?.url ?? null,
        started: state.run === null ? null : clock(state.run.startedAt),
      };
    case 'overdue':
      return { kind: 'overdue', url: state.run?.url ?? null, minutes: state.minutes };
    case 'failed': {
      const { failure, url } = state.run;
      const { step, lines } = failure ?? { step: null, lines: [] };
      return { kind: 'failed', url, why: failureSentence(state.run), step, lines };
    }
    case 'broken':
      return { kind: 'broken', problem: state.problem };
    case 'unreadable':
      return { kind: 'unreadable', url: state.run.url, problem: state.problem };
    case 'removed':
      return { kind: 'removed' };
    case 'judged':
      return {
        kind: 'judged',
        url: state.run.url,
        evaluation: state.evaluation,
        verdict: state.verdict,
        claim: claimOf(pull, state),
        changes: changesOf(pull, model, state),
        next: nextStep(pull, state),
        evidence: state.run.evidence.find((one) => one.model === model)?.url ?? state.run.url,
        ...rulesAt(pull, model, state),
        proposal: state.proposed,
      };
  }
}

function claimOf(pull: Pull, { policy }: Judged): string | null {
  if (pull.fork) {
    return 'A claim, not trusted: these numbers come from a fork. A maintainer who trusts the change pushes its commits to a branch of this repository.';
  }
  switch (policy) {
    case 'base':
      return null;
    case 'head, as base has none':
      return 'The base branch has no policy for this model yet: this is judged by the one that the pull request brings, and a person decides.';
    case 'head, as base’s is broken':
      return 'The policy in the base branch can’t be read: this is judged by the one that the pull request brings, and a person decides.';
  }
}

function changesOf({ atBase, atHead, files }: Pull, model: string, { evaluation }: Judged): string[] {
  const [before, after] = [soundModel(atBase, model), soundModel(atHead, model)];
  return before === null || after === null ? [] : recipeChanges(before, after, evaluation, files);
}

/** Where the rules are shown that decide, on the same server as the run; and the line where they begin. */
function rulesAt({ atBase, atHead, base, head }: Pull, model: string, { linesOfHead, run }: Judged) {
  const [repository] = run.url.split('/actions/');
  const at = soundModel(linesOfHead ? atHead : atBase, model);
  const files = `${repository}/blob/${linesOfHead ? head.sha : base.sha}/`;
  return { files, line: at?.where.line(['evaluate']) ?? null };
}

function clock(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
