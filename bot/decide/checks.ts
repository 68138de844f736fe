import type { Answer } from '#registry/markdown/pull-request/answers.ts';
import {
  annotationMessage,
  checkSummary,
  checkTitle,
  MOST_ANNOTATIONS,
} from '#registry/markdown/pull-request/check.ts';
import { ourCheck, saysSame } from '../ours.ts';
import type { Pull, Snapshot } from '../snapshot/snapshot.ts';
import { GRAVITY, type Outcome, worst } from './outcome.ts';
import type { Action } from './plan.ts';
import { headSince, REQUIRED } from './state.ts';

/** A pull request, and what each model that it touches comes to; '' stands for files of no model. */
export interface Judgement {
  pull: Pull;
  outcomes: Map<string, Outcome[]>;
  /** To its commands, where there is no comment of ours that they could stand in. */
  answers: Answer[];
}

/**
 * The required check, which every head gets whether a model is touched or not, and one for each touched model, which
 * informs. Checks belong to a commit: where several pull requests have one head, all of them must be fine.
 */
export function checkActions(snapshot: Snapshot, judgements: readonly Judgement[]): Action[] {
  const [first] = judgements;
  const byModel = new Map<string, Outcome[]>();
  for (const { outcomes, pull } of judgements) {
    for (const [model, found] of outcomes) {
      const named = judgements.length === 1 ? found : found.map((one) => ofPull(one, pull));
      byModel.set(model, [...(byModel.get(model) ?? []), ...named]);
    }
  }
  const each = [...byModel]
    .filter(([model]) => model !== '')
    .map(([model, outcomes]) => check(`${REQUIRED} / ${model}`, outcomes));
  const answers = judgements.flatMap((one) => one.answers);
  const all = check(REQUIRED, [...byModel.values()].flat(), answers);
  return [{ ...all, annotations: [] }, ...each].flatMap((wanted) => {
    const { pull } = first;
    const there = ourCheck(snapshot.us, pull.checks, wanted.name);
    const replaces = pull.rerequested.find((id) => id === there?.id) ?? null;
    if (there !== undefined && replaces === null && saysSame(there, wanted)) return [];
    const state = wanted.conclusion ?? 'in progress';
    const reason = `${wanted.name} on ${pull.head.sha.slice(0, 7)} is ${state}: ${wanted.title}`;
    const since = headSince(snapshot, pull);
    const about = { pull: pull.number, head: pull.head.sha, since, replaces };
    return [{ kind: 'check', ...about, ...wanted, reason } satisfies Action];
  });
}

type Wanted = Pick<Extract<Action, { kind: 'check' }>, 'name' | 'conclusion' | 'title' | 'summary' | 'annotations'>;

function check(name: string, outcomes: readonly Outcome[], answers: readonly Answer[] = []): Wanted {
  const titles = outcomes.map(({ title }) => title);
  return {
    name,
    conclusion: worst(outcomes.map(({ conclusion }) => conclusion)),
    title: checkTitle(
      titles.length === 0
        ? 'No model is touched'
        : titles.length === 1
          ? titles[0]
          : `${titles.length} results, the gravest: ${gravestFirst(outcomes)[0].title}`,
    ),
    summary: checkSummary(
      gravestFirst(outcomes),
      'This pull request changes no model, so there is nothing to judge.',
      answers,
    ),
    annotations: outcomes
      .flatMap(({ annotations }) => annotations)
      .slice(0, MOST_ANNOTATIONS)
      .map((annotation) => ({ ...annotation, message: annotationMessage(annotation.message) })),
  };
}

function gravestFirst(outcomes: readonly Outcome[]): Outcome[] {
  return [...outcomes].sort((a, b) => GRAVITY.indexOf(a.conclusion) - GRAVITY.indexOf(b.conclusion));
}

function ofPull(outcome: Outcome, { base, number }: Pull): Outcome {
  return { ...outcome, title: `Pull request ${number} into ${base.branch}: ${outcome.title}` };
}
