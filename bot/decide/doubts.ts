import { canonicalJson } from '#registry/canonical-json.ts';
import type { Evaluation } from '#registry/evidence/evaluation.ts';
import type { Model } from '#registry/model.ts';
import type { Verdict } from '#registry/verdict.ts';
import type { Pull, Snapshot } from '../snapshot/snapshot.ts';
import { own, type Sound } from './model-at.ts';

/** How far a clock may run ahead of ours. */
const AHEAD = 2 * 60_000;

/** Evidence, and the model that it is about at base and head. */
export interface Judgeable {
  base: Sound;
  head: Sound;
  evaluation: Evaluation;
}

/** Why evidence does not say what the base's policy asks, though its numbers may be good. */
export interface Doubt {
  /** The end of a sentence. */
  why: string;
  /** What to do about it, in a sentence. */
  remedy: string;
}

const UPDATE = 'bring this branch up to date with the base branch, so that the workflow measures anew';

/** Why evidence can't be relied on: it was measured on other data, against another champion, or at a time that has not come. */
export function doubtsOf({ now }: Snapshot, pull: Pull, { base, head, evaluation }: Judgeable): Doubt[] {
  const champion = own(pull.atBase.champions ?? {}, base.model.name);
  const doubts: Doubt[] = [];
  const pinned = base.lock?.benchmark?.sha256;
  if (pinned !== undefined && evaluation.benchmark.digest !== pinned)
    doubts.push({ why: 'they were measured on another benchmark than the base branch pins', remedy: `${UPDATE}.` });
  if (dataOf(base.model) !== dataOf(head.model)) {
    const path = `models/${base.model.name}/model.yaml`;
    const isOurs = pull.files === null || pull.files.some((file) => file.path === path);
    doubts.push(isOurs ? OTHER_DATA : OLD_DATA);
  }
  // Without one in the registry, the workflow may bring a champion of its own.
  if (champion === 'unreadable') {
    doubts.push({
      why: 'the registry of the base branch can’t be read, so that nobody knows whether they compare with the champion',
      remedy: `mend registry/${base.model.name} in the base branch; tiltyard fsck says what is wrong there.`,
    });
  } else if (champion !== undefined && champion !== null && champion.digest !== evaluation.champion?.digest)
    doubts.push({
      why: `they do not compare with ${champion.version}, which is the champion now`,
      remedy: `${UPDATE}, against the champion of now.`,
    });
  const { workflow } = pull.atBase.settings.bot;
  if (pull.files === null || pull.files.some(({ path }) => path === workflow)) {
    doubts.push({
      why: 'the pull request changes the workflow that measured them',
      remedy: 'change the workflow in a pull request of its own; then come back to this one.',
    });
  }
  const measured = Date.parse(evaluation.timing.measured_at);
  if (!(measured <= now.getTime() + AHEAD)) {
    doubts.push({
      why: 'they were measured in the future',
      remedy: 'set the clock of the machine that measured, and run the workflow again.',
    });
  }
  return doubts;
}

const OTHER_DATA: Doubt = {
  why: 'the pull request changes how the benchmark is found or read, and base decides on which data it is judged',
  remedy: 'change the benchmark in a pull request of its own, on which a person decides; then come back to this one.',
};

const OLD_DATA: Doubt = {
  why: 'the base branch finds or reads the benchmark in another way since they were measured',
  remedy: `${UPDATE}.`,
};

/** On which rows and columns a model is judged. */
function dataOf({ data, task }: Model): string {
  const { train: _train, production: _production, ...judgedOn } = data;
  return canonicalJson({ task, judgedOn });
}

/** The verdict on numbers that are doubted: what fails still fails, and nothing passes. */
export function withDoubts(model: string, verdict: Verdict, doubts: readonly Doubt[]): Verdict {
  if (doubts.length === 0) return verdict;
  const findings = doubts.map(({ why }): Verdict['findings'][number] => ({
    kind: 'evidence',
    name: 'evidence',
    status: 'inconclusive',
    word: null,
    rule: 'evidence must fit the policy',
    sentence: `These numbers can’t be relied on: ${why}.`,
    where: null,
    holm_p_value: null,
    measured: null,
    settle: null,
  }));
  const all = { ...verdict, findings: [...verdict.findings, ...findings] };
  if (verdict.verdict === 'fail') return all;
  return {
    ...all,
    verdict: 'inconclusive',
    sentence: `${model} is inconclusive: these numbers can’t be relied on, since ${doubts[0].why}.`,
  };
}
