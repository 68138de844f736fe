import { type Recipe, recipeChanges } from '#registry/markdown/pull-request/changes.ts';
import type { Message } from '#registry/markdown/pull-request/comment.ts';
import type { ModelAt, Pull } from '../snapshot/snapshot.ts';
import type { State } from './state.ts';

/** What the comment on a pull request says of one model. */
export function messageOf(pull: Pull, model: string, state: State): Message {
  const about = { model, head: pull.head.sha };
  const url = state.run?.url ?? null;
  switch (state.kind) {
    case 'waiting':
      return { ...about, kind: 'waiting', url, started: state.run === null ? null : clock(state.run.startedAt) };
    case 'overdue':
      return { ...about, kind: 'overdue', url, minutes: state.minutes };
    case 'failed': {
      const { failure } = state.run;
      const { job, step, lines } = failure ?? { job: state.run.conclusion ?? 'an unknown job', step: null, lines: [] };
      return { ...about, kind: 'failed', url: state.run.url, job, step, lines };
    }
    case 'unreadable':
      return { ...about, kind: 'unreadable', url, problem: state.problem };
    case 'judged':
      return {
        ...about,
        kind: 'judged',
        url: state.run.url,
        evaluation: state.evaluation,
        verdict: state.verdict,
        claim: claimOf(pull, state),
        changes: changesOf(pull, model, state),
        next: nextStep(pull, state),
        evidence: state.run.evidence.find((one) => one.model === model)?.url ?? state.run.url,
      };
  }
}

type JudgedState = Extract<State, { kind: 'judged' }>;

function claimOf(pull: Pull, { policy }: JudgedState): string | null {
  if (pull.fork) {
    return 'A claim, not trusted: these numbers come from a fork. A maintainer who trusts the change pushes its commits to a branch of this repository.';
  }
  return policy === 'head'
    ? 'The base branch has no policy for this model yet: this is judged by the one that the pull request brings, and a person decides.'
    : null;
}

function nextStep(pull: Pull, { verdict, policy }: JudgedState): string {
  if (pull.fork)
    return 'a maintainer pushes these commits to a branch of this repository, to have them evaluated there.';
  if (policy === 'head') return 'a person decides on the first version.';
  switch (verdict.verdict) {
    case 'pass':
      return 'review and merge; the workflow on the default branch then builds the version to register.';
    case 'fail':
      return 'mend what does not hold, or explain in the review why the rule should change.';
    case 'inconclusive':
      return 'see above what would settle it: more data, or what could not be measured.';
  }
}

function changesOf(pull: Pull, model: string, { evaluation }: JudgedState): string[] {
  const before = recipe(pull.atBase.models[model]);
  const after = recipe(pull.atHead.models[model]);
  return before === null || after === null ? [] : recipeChanges(before, after, evaluation);
}

function recipe(at: ModelAt | undefined): Recipe | null {
  return at?.model == null ? null : { model: at.model, features: at.features, training: at.lock?.train ?? null };
}

function clock(date: Date): string {
  return `${date.toISOString().slice(11, 16)} UTC`;
}
