import { judge } from '#registry/judge.ts';
import { policyText } from '#registry/parse-model.ts';
import type { Status } from '#registry/verdict.ts';
import type { ModelAt, Promotion, Tree } from '../snapshot/snapshot.ts';

/** The models whose parsed policy differs between two commits; how it is written makes no difference. */
export function changedPolicies(atBase: Tree, atHead: Tree): string[] {
  return Object.keys(atHead.models)
    .filter((name) => {
      const [before, after] = [own(atBase.models, name)?.model, own(atHead.models, name)?.model];
      return before != null && after != null && policyText(before) !== policyText(after);
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

type Sound = Extract<ModelAt, { problem: null }>;

/** Judges the evidence of promotions by two policies, and names those whose verdicts differ. */
export function flipsOf(base: Sound, head: Sound, promotions: readonly Promotion[]): Flip[] {
  return promotions.flatMap(({ evaluation, version }) => {
    const from = judge(base.model, evaluation, base.where).verdict;
    const { verdict: to, sentence } = judge(head.model, evaluation, head.where);
    return from === to ? [] : [{ version, from, to, sentence }];
  });
}

/** An entry of an object that came from outside, and nothing of its prototype. */
export function own<T>(record: Record<string, T>, key: string): T | undefined {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}
