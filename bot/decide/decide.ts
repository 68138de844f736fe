import type { RegistryReport } from '#registry/markdown/pull-request/registry-report.ts';
import type { Pull, Snapshot } from '../snapshot/snapshot.ts';
import { answersFor, commandActions, commandsOf } from './answers.ts';
import { checkActions, type Judgement } from './checks.ts';
import { commentActions, defacedActions, ourComments } from './comments.ts';
import { messageOf } from './message.ts';
import { crowdOutcome, evaluationOutcome, misnamedOutcomes, registryConclusion, treeOutcomes } from './outcome.ts';
import type { Action, Plan } from './plan.ts';
import { pushActions } from './pushes.ts';
import { queueActions } from './queue.ts';
import { registryReports } from './registry-reports.ts';
import { type State, stateOf } from './state.ts';
import { MOST_MODELS, touchedBy, touchesUs } from './touched.ts';

/** What is to be done about a repository as it is. Pure: the same snapshot gives the same plan to anyone. */
export function decide(snapshot: Snapshot): Plan {
  const looked = snapshot.pulls.map((pull) => lookAt(snapshot, pull));
  const checks = [...byHead(looked.map(({ judgement }) => judgement))].flatMap((group) =>
    checkActions(snapshot, group),
  );
  return {
    actions: [
      ...looked.flatMap(({ actions }) => actions),
      ...checks,
      ...queueActions(snapshot),
      ...pushActions(snapshot),
    ],
  };
}

function lookAt(snapshot: Snapshot, pull: Pull): { actions: Action[]; judgement: Judgement } {
  const { models, registries } = touchedBy(pull);
  const count = new Set([...models, ...registries]).size;
  if (count > MOST_MODELS) return crowded(snapshot, pull, count);
  const states = new Map(models.map((model): [string, State] => [model, stateOf(snapshot, pull, model)]));
  const reports =
    registries.length === 0 ? new Map<string, RegistryReport>() : registryReports(snapshot, pull, registries);
  const asked = commandsOf(snapshot, pull);
  const touched = [...new Set([...states.keys(), ...reports.keys()])].sort();
  const outcomes: Judgement['outcomes'] = new Map();
  const unread = touchesUs(pull) ? [...treeOutcomes(pull), ...misnamedOutcomes(pull)] : [];
  const comments = touched.flatMap((model) => {
    const state = states.get(model) ?? null;
    const registry = reports.get(model) ?? null;
    const evaluation = state === null ? null : messageOf(pull, model, state);
    outcomes.set(model, [
      ...(state === null || evaluation === null ? [] : [evaluationOutcome(pull, state, model, evaluation)]),
      ...(registry === null ? [] : [registryConclusion(registry)]),
    ]);
    if (model === '') return [];
    return commentActions(snapshot, pull, {
      model,
      evaluation,
      registry,
      answers: answersFor(pull, model, state, asked),
    });
  });
  const left = ourComments(snapshot, pull).filter(({ marker: { model } }) => model !== '' && !touched.includes(model));
  for (const model of new Set(left.map(({ marker }) => marker.model))) {
    comments.push(
      ...commentActions(snapshot, pull, { model, evaluation: { kind: 'untouched' }, registry: null, answers: [] }),
    );
  }
  if (unread.length > 0) outcomes.set('', [...unread, ...(outcomes.get('') ?? [])]);
  comments.push(...defacedActions(snapshot, pull));
  const answers = touched.some((model) => model !== '') ? [] : answersFor(pull, '', null, asked);
  return { actions: [...comments, ...commandActions(pull, asked)], judgement: { pull, outcomes, answers } };
}

/** What becomes of a pull request that touches so many models: one check, and nothing new for each of them. */
function crowded(snapshot: Snapshot, pull: Pull, count: number): ReturnType<typeof lookAt> {
  const outcome = crowdOutcome(count);
  const left = new Set(ourComments(snapshot, pull).map(({ marker }) => marker.model));
  const evaluation = { kind: 'unreadable', url: '', problem: outcome.title.replace(/\.$/, '') } as const;
  const comments = [...left].flatMap((model) =>
    commentActions(snapshot, pull, { model, evaluation, registry: null, answers: [] }),
  );
  const outcomes = new Map([['', [outcome, ...treeOutcomes(pull)]]]);
  const asked = commandsOf(snapshot, pull);
  const actions = [...comments, ...defacedActions(snapshot, pull), ...commandActions(pull, asked)];
  return { actions, judgement: { pull, outcomes, answers: answersFor(pull, '', null, asked) } };
}

/**
 * Pull requests by their heads, which are what checks are about. Where a head lies in a fork and on a branch of ours, and
 * both go into the same branch, ours has been evaluated here and speaks for both.
 */
function byHead(judgements: readonly Judgement[]): Judgement[][] {
  const groups = Map.groupBy(judgements, ({ pull }) => pull.head.sha);
  return [...groups.values()].map((group) => {
    const trusted = new Set(group.filter(({ pull }) => !pull.fork).map(({ pull }) => pull.base.branch));
    return group
      .filter(({ pull }) => !pull.fork || !trusted.has(pull.base.branch))
      .sort((a, b) => a.pull.number - b.pull.number);
  });
}
