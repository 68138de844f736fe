import type { Snapshot } from '../snapshot/snapshot.ts';
import { checkActions } from './checks.ts';
import { commentActions } from './comments.ts';
import type { Plan } from './plan.ts';
import { stateOf } from './state.ts';
import { touchedModels } from './touched.ts';

/** What is to be done about a repository as it is. Pure: the same snapshot gives the same plan to anyone. */
export function decide(snapshot: Snapshot): Plan {
  const actions = snapshot.pulls.flatMap((pull) => {
    const states = new Map(touchedModels(pull).map((model) => [model, stateOf(snapshot, pull, model)]));
    const comments = [...states].flatMap(([model, state]) => commentActions(snapshot, pull, model, state));
    return [...comments, ...checkActions(snapshot, pull, states)];
  });
  return { actions };
}
