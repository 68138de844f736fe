import { judge } from '#registry/judge.ts';
import { policyText } from '#registry/parse-model.ts';
import type { Status } from '#registry/verdict.ts';
import type { Promotion, Pull } from '../snapshot/snapshot.ts';
import { type Sound, soundModel } from './model-at.ts';

/**
 * Models whose policy a pull request changes, by what it says and not how it is written. One that only is older than the
 * base's, in a file that the pull request leaves alone, is no change of its own: merging would keep the base's.
 */
export function changedPolicies({ atBase, atHead, files }: Pick<Pull, 'atBase' | 'atHead' | 'files'>): string[] {
  return Object.keys(atHead.models)
    .filter((name) => {
      const [before, after] = [soundModel(atBase, name), soundModel(atHead, name)];
      const isTouched = files === null || files.some(({ path }) => path === `models/${name}/model.yaml`);
      return isTouched && before !== null && after !== null && policyText(before.model) !== policyText(after.model);
    })
    .sort();
}

/** A promotion of before that another policy would judge otherwise. */
export interface Flip {
  version: string;
  quarantined: boolean;
  from: Status;
  to: Status;
  /** The other policy's verdict, in a sentence. */
  sentence: string;
}

/** Judges the evidence of promotions by two policies, and names those whose verdicts differ. */
export function flipsOf(base: Sound, head: Sound, promotions: readonly Promotion[]): Flip[] {
  return promotions.flatMap(({ evaluation, quarantined, version }) => {
    const from = judge(base.model, evaluation, base.where).verdict;
    const { verdict: to, sentence } = judge(head.model, evaluation, head.where);
    return from === to ? [] : [{ version, quarantined, from, to, sentence }];
  });
}
