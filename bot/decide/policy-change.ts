import { judge } from '#registry/judge.ts';
import { policyText } from '#registry/parse-model.ts';
import type { Status } from '#registry/verdict.ts';
import type { Promotion, Tree } from '../snapshot/snapshot.ts';
import { type Sound, soundModel } from './model-at.ts';

/** The models whose parsed policy differs between two commits; how it is written makes no difference. */
export function changedPolicies(atBase: Tree, atHead: Tree): string[] {
  return Object.keys(atHead.models)
    .filter((name) => {
      const [before, after] = [soundModel(atBase, name), soundModel(atHead, name)];
      return before !== null && after !== null && policyText(before.model) !== policyText(after.model);
    })
    .sort();
}

/** A promotion of before that another policy would judge otherwise. */
export interface Flip {
  version: string;
  from: Status;
  to: Status;
  /** The other policy's verdict, in a sentence. */
  sentence: string;
}

/** Judges the evidence of promotions by two policies, and names those whose verdicts differ. */
export function flipsOf(base: Sound, head: Sound, promotions: readonly Promotion[]): Flip[] {
  return promotions.flatMap(({ evaluation, version }) => {
    const from = judge(base.model, evaluation, base.where).verdict;
    const { verdict: to, sentence } = judge(head.model, evaluation, head.where);
    return from === to ? [] : [{ version, from, to, sentence }];
  });
}
