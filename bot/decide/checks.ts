import { prose } from '#registry/markdown/escape.ts';
import type { Verdict } from '#registry/verdict.ts';
import type { Pull, Snapshot } from '../snapshot/snapshot.ts';
import type { Action, Annotation } from './plan.ts';
import type { State } from './state.ts';

/** The one that branch protection requires. */
export const REQUIRED = 'tiltyard';

type Conclusion = Extract<Action, { kind: 'check' }>['conclusion'];

/** What one model on one head comes to, as a check says it. */
interface Outcome {
  model: string;
  conclusion: Conclusion;
  title: string;
  annotations: Annotation[];
}

/**
 * The required check, which every head gets whether a model is touched or not, and one for each touched model, which
 * informs. A fork's numbers are claims: they never make a check green.
 */
export function checkActions(snapshot: Snapshot, pull: Pull, states: ReadonlyMap<string, State>): Action[] {
  const outcomes = [...states].map(([model, state]) => outcomeOf(pull, model, state));
  const required = {
    name: REQUIRED,
    conclusion: worst(outcomes.map(({ conclusion }) => conclusion)),
    title:
      outcomes.length === 0
        ? 'No model is touched'
        : outcomes.length === 1
          ? (outcomes[0]?.title ?? '')
          : `${outcomes.length} models`,
    summary:
      outcomes.length === 0
        ? 'This pull request changes no model, so there is nothing to judge.'
        : outcomes.map(({ title }) => `- ${prose(title)}`).join('\n'),
    annotations: [],
  };
  const each = outcomes.map(({ model, conclusion, title, annotations }) => ({
    name: `${REQUIRED} / ${model}`,
    conclusion,
    title,
    summary: `${prose(title)}\n\nThe comment on the pull request says more.`,
    annotations,
  }));
  return [required, ...each].flatMap((wanted): Action[] => {
    const there = pull.checks.find((check) => check.name === wanted.name && check.app === snapshot.us.app);
    const title = wanted.title.slice(0, 250);
    const same =
      there !== undefined &&
      there.conclusion === wanted.conclusion &&
      there.title === title &&
      there.summary === wanted.summary;
    if (same) return [];
    const state = wanted.conclusion ?? 'in progress';
    return [
      {
        kind: 'check',
        pull: pull.number,
        head: pull.head.sha,
        ...wanted,
        title,
        reason: `${wanted.name} on ${pull.head.sha.slice(0, 7)} is ${state}: ${title}`,
      },
    ];
  });
}

function outcomeOf(pull: Pull, model: string, state: State): Outcome {
  const plain = (conclusion: Conclusion, title: string): Outcome => ({ model, conclusion, title, annotations: [] });
  switch (state.kind) {
    case 'waiting':
      return plain(null, `${model}: waiting for the evaluation`);
    case 'overdue':
      return plain('action_required', `${model}: no evidence after ${state.minutes} minutes`);
    case 'failed':
      return plain('failure', `${model}: the workflow failed at ${state.run.failure?.job ?? 'an unknown job'}`);
    case 'unreadable':
      return plain('failure', `${model}: ${state.problem}`);
    case 'judged': {
      const { verdict, policy } = state;
      const annotations = annotationsOf(verdict);
      if (pull.fork)
        return {
          model,
          conclusion: 'action_required',
          title: `A claim of a fork, not trusted: ${verdict.sentence}`,
          annotations,
        };
      const believed = policy === 'base' ? verdict.verdict : 'inconclusive';
      const conclusion = { pass: 'success', fail: 'failure', inconclusive: 'action_required' } as const;
      return { model, conclusion: conclusion[believed], title: verdict.sentence, annotations };
    }
  }
}

/** GitHub takes 50 in one request; broken rules come first. */
const MOST_ANNOTATIONS = 50;

function annotationsOf({ findings }: Verdict): Annotation[] {
  const order = { fail: 0, inconclusive: 1, pass: 2 };
  return findings
    .filter(({ status }) => status !== 'pass')
    .sort((a, b) => order[a.status] - order[b.status])
    .flatMap(({ status, sentence, where }): Annotation[] => {
      const [, path, line] = /^(.*):(\d+)$/.exec(where ?? '') ?? [];
      if (path === undefined || line === undefined) return [];
      return [{ path, line: Number(line), level: status === 'fail' ? 'failure' : 'warning', message: sentence }];
    })
    .slice(0, MOST_ANNOTATIONS);
}

/** Failure before what a person must do, that before what is not known yet; nothing to judge is a success. */
function worst(conclusions: readonly Conclusion[]): Conclusion {
  for (const one of ['failure', 'action_required', null] as const) if (conclusions.includes(one)) return one;
  return 'success';
}
