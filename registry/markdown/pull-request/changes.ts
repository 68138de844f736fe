import { canonicalJson } from '../../canonical-json.ts';
import type { Pin } from '../../data-lock.ts';
import type { Evaluation } from '../../evidence/evaluation.ts';
import type { Model } from '../../model.ts';
import { policyText } from '../../parse-model.ts';
import { code } from '../escape.ts';
import { count } from '../number.ts';

/** What of a model can change in a pull request. */
export interface Recipe {
  model: Model;
  features: string | null;
  training: Pin | null;
}

const MOST = 12;

/** What a pull request changes of a model, a line of Markdown each; the features by the evidence, where there is some. */
export function recipeChanges(before: Recipe, after: Recipe, evaluation: Evaluation | null): string[] {
  const lines = [
    ...features(before, after, evaluation),
    ...dataWindow(before, after),
    ...entries('parameter', before.model.train?.params ?? {}, after.model.train?.params ?? {}),
    ...entries('', trainingOf(before.model), trainingOf(after.model)),
  ];
  if (policyText(before.model) !== policyText(after.model)) {
    lines.push('The **policy** changes: the base’s decides on this pull request.');
  }
  return lines.length <= MOST ? lines : [...lines.slice(0, MOST), `and ${lines.length - MOST} more`];
}

function trainingOf({ train }: Model): Record<string, unknown> {
  return train === undefined
    ? {}
    : { 'train.run': train.run, 'train.seed': train.seed, 'train.decision': train.decision };
}

function features(before: Recipe, after: Recipe, evaluation: Evaluation | null): string[] {
  if (before.features === after.features) return [];
  const old = evaluation?.champion?.features;
  const now = evaluation?.candidate.features;
  if (old === undefined || now === undefined) return ['`features.sql` changes.'];
  const added = now.filter((name) => !old.includes(name));
  const removed = old.filter((name) => !now.includes(name));
  const parts = [
    added.length === 0 ? '' : `adds ${list(added)}`,
    removed.length === 0 ? '' : `drops ${list(removed)}`,
  ].filter((part) => part !== '');
  return [
    `\`features.sql\` ${parts.length === 0 ? 'changes, with the same columns' : parts.join(' and ')}, against the champion’s.`,
  ];
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST).map(code).join(', ');
  return names.length > MOST ? `${shown} and ${names.length - MOST} more columns` : shown;
}

function dataWindow(before: Recipe, after: Recipe): string[] {
  const [old, now] = [before.training, after.training];
  if (old?.sha256 === now?.sha256 && before.model.data.train?.uri === after.model.data.train?.uri) return [];
  return [`Training data: ${dataset(before)} → ${dataset(after)}.`];
}

function dataset({ training, model }: Recipe): string {
  if (training === null) return code(model.data.train?.uri ?? 'none');
  const span =
    training.start === null || training.end === null
      ? ''
      : `, ${training.start.slice(0, 10)} to ${training.end.slice(0, 10)}`;
  return `${count(training.rows)} rows${span}`;
}

function entries(kind: string, before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.flatMap((name) => {
    const [old, now] = [written(before[name]), written(after[name])];
    return old === now
      ? []
      : [
          `${kind === '' ? '' : `${kind} `}${code(name)}: ${old === null ? 'not set' : code(old)} → ${now === null ? 'not set' : code(now)}`,
        ];
  });
}

function written(value: unknown): string | null {
  return value === undefined ? null : canonicalJson(value);
}
