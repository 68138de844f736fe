import type { DataLock, Pin, PinnedName } from '../../data-lock.ts';
import type { Evaluation, Subject } from '../../evidence/evaluation.ts';
import type { Model } from '../../model.ts';
import { code } from '../escape.ts';
import { count } from '../number.ts';
import { span } from '../span.ts';
import { featureChanges } from './feature-changes.ts';
import { type ChangedFile, fileChanges } from './file-changes.ts';
import { modelChanges } from './model-changes.ts';

/** What of a model is read at a commit. */
export interface Recipe {
  model: Model;
  features: string | null;
  lock: DataLock | null;
}

const MOST = 20;

/**
 * What a pull request changes of a model, a line of Markdown each: what it learns from and how first, then by what it is
 * judged. `files` are those that the pull request changes, null where GitHub cut their list.
 */
export function recipeChanges(
  before: Recipe,
  after: Recipe,
  evaluation: Evaluation | null,
  files: readonly ChangedFile[] | null,
): string[] {
  const { policy, recipe } = modelChanges(before.model, after.model);
  const lines = [
    ...featureChanges(before.features, after.features, evaluation),
    ...dataset('train', 'Training data', before, after, evaluation),
    ...dataset('benchmark', '**Benchmark**', before, after, null),
    ...(policy === null ? [] : ['The **policy** changes: the base’s decides on this pull request.', ...policy]),
    ...fileChanges(after.model.name, after.model.features, files),
    ...recipe,
  ];
  return lines.length <= MOST ? lines : [...lines.slice(0, MOST), `and ${lines.length - MOST} more`];
}

function dataset(
  name: PinnedName,
  what: string,
  before: Recipe,
  after: Recipe,
  evaluation: Evaluation | null,
): string[] {
  const [old, now] = [before, after].map(({ lock, model }) => ({
    pin: lock?.[name] ?? null,
    uri: model.data[name]?.uri,
  }));
  if (old?.pin?.sha256 === now?.pin?.sha256 && old?.uri === now?.uri) return [];
  const shown = old?.pin && now?.pin ? [pinned(old.pin), pinned(now.pin)] : [where(old), where(now)];
  const learned = old?.pin && now?.pin ? '' : learnedFrom(evaluation);
  const bytes = old?.pin && now?.pin && shown[0] === shown[1] ? ' (the same window, other bytes)' : '';
  return [`${what}: ${shown.join(' → ')}${bytes}.${learned}`];
}

function pinned(pin: Pin): string {
  return `${count(pin.rows)} rows${span(pin)}`;
}

function where(one: { pin: Pin | null; uri: string | undefined } | undefined): string {
  if (one?.uri === undefined) return 'none';
  return one.pin === null ? code(one.uri) : `${code(one.uri)} (${pinned(one.pin)})`;
}

/** What the evidence says of the rows that no pin tells of. */
function learnedFrom(evaluation: Evaluation | null): string {
  const rows = ({ training }: Subject) => `${count(training.rows)} rows${span(training)}`;
  if (evaluation === null) return '';
  const champion = evaluation.champion === null ? '' : `the champion learned from ${rows(evaluation.champion)}, `;
  return ` By the evidence, ${champion}the candidate from ${rows(evaluation.candidate)}.`;
}
