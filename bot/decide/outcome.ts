import { quoted } from '#registry/judge/context.ts';
import { evaluationDetails } from '#registry/markdown/pull-request/evaluation-details.ts';
import type { EvaluationMessage } from '#registry/markdown/pull-request/evaluation-message.ts';
import type { RegistryReport } from '#registry/markdown/pull-request/registry-report.ts';
import { registryDetails, registryOutcome, registrySentence } from '#registry/markdown/pull-request/registry-report.ts';
import { isModelName, NAMES } from '#registry/model-name.ts';
import type { Pull } from '../snapshot/snapshot.ts';
import { annotationsOf } from './annotations.ts';
import { failureSentence } from './failure-sentence.ts';
import type { Action, Annotation } from './plan.ts';
import type { State } from './state.ts';
import { MOST_MODELS } from './touched.ts';

export type Conclusion = Extract<Action, { kind: 'check' }>['conclusion'];

/** What one model on one head comes to, as a check says it. */
export interface Outcome {
  conclusion: Conclusion;
  /** One finished sentence, plain text. */
  title: string;
  /** More of it, as Markdown; may be empty. */
  details: string;
  annotations: Annotation[];
}

const CONCLUSIONS = { pass: 'success', fail: 'failure', inconclusive: 'action_required' } as const;

/** What the evaluation of a model comes to. Only numbers of our own branches, judged by the base's policy, turn it green. */
export function evaluationOutcome(pull: Pull, state: State, model: string, message: EvaluationMessage): Outcome {
  const plain = (conclusion: Conclusion, title: string): Outcome => ({
    conclusion,
    title,
    details: evaluationDetails(model, message),
    annotations: annotationsOf(pull, model, state),
  });
  switch (state.kind) {
    case 'waiting':
      return plain(null, `${model}: waiting for the evaluation.`);
    case 'overdue':
      return plain('action_required', `${model}: no evidence after ${state.minutes} minutes.`);
    case 'failed':
      return plain('failure', `${model}: ${failureSentence(state.run)}.`);
    case 'broken':
      return plain('failure', `${model}: its model.yaml can’t be read.`);
    case 'unreadable':
      return plain('action_required', `${model}: ${state.problem}.`);
    case 'removed':
      return plain('action_required', `${model} is gone, with the policy that it was judged by: a person decides.`);
    case 'judged': {
      const { policy, verdict } = state;
      if (pull.fork) return plain('action_required', `A claim of a fork, not trusted: ${verdict.sentence}`);
      if (policy === 'base') return plain(CONCLUSIONS[verdict.verdict], verdict.sentence);
      const conclusion = verdict.verdict === 'fail' ? 'failure' : 'action_required';
      return plain(conclusion, `By the policy that the pull request brings: ${verdict.sentence}`);
    }
  }
}

const said = (conclusion: Conclusion, title: string): Outcome => ({ conclusion, title, details: '', annotations: [] });

/** What it means that so many models are touched at once that nobody looks at each. */
export function crowdOutcome(models: number): Outcome {
  return said(
    'action_required',
    `This pull request touches ${models} models, more than the ${MOST_MODELS} that are looked at together: split it, or a person decides.`,
  );
}

/** A folder with a model.yaml that no model can have the name of would else be passed over in silence. */
export function misnamedOutcomes({ files }: Pull): Outcome[] {
  const misnamed = (files ?? []).flatMap(({ path, status }) => {
    const [, name] = /^models\/([^/]+)\/model\.yaml$/.exec(path) ?? [];
    return name === undefined || status === 'removed' || isModelName(name) ? [] : [name];
  });
  const [first] = misnamed;
  if (first === undefined) return [];
  const title = `No model can be called ${quoted(first)}: a name has ${NAMES}.`;
  return [said('failure', title)];
}

/** What it means that a commit can't be read; nothing where both can. A head that breaks tiltyard.yaml is to be mended. */
export function treeOutcomes({ atBase, atHead }: Pull): Outcome[] {
  return [
    ...(atHead.problem === null ? [] : [said('failure', `This head can’t be read: ${atHead.problem}`)]),
    ...(atBase.problem === null
      ? []
      : [said('action_required', `The base branch can’t be read, so a person decides: ${atBase.problem}`)]),
  ];
}

/** What the changes of a model's registry come to. */
export function registryConclusion(report: RegistryReport): Outcome {
  return {
    conclusion: CONCLUSIONS[registryOutcome(report)],
    title: registrySentence(report),
    details: registryDetails(report),
    annotations: report.faults.map(({ fix, line, message, path }) => ({
      path,
      line: line ?? 1,
      level: 'failure',
      message: `${message} ${fix}`,
    })),
  };
}

/** Failure before what a person must do, that before what is not known yet; nothing to judge is a success. */
export const GRAVITY: readonly Conclusion[] = ['failure', 'action_required', null, 'success'];

export function worst(conclusions: readonly Conclusion[]): Conclusion {
  const found = GRAVITY.find((one) => conclusions.includes(one));
  return found === undefined ? 'success' : found;
}
