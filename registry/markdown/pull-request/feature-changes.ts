import type { Evaluation } from '../../evidence/evaluation.ts';
import { code } from '../escape.ts';
import { named } from './named.ts';
import { type SelectList, selectList } from './select-list.ts';

const MOST_RENAMED = 6;
const UNTOLD =
  'which columns change can’t be told from its text (a star, a set operation, a column without AS, or SQL that is not known here)';

/**
 * What changes in features.sql, in words: by the two texts where they name their columns; and by the evidence, which knows
 * what the two versions got, where the texts do not or it says something else. Lines of Markdown.
 */
export function featureChanges(before: string | null, after: string | null, evaluation: Evaluation | null): string[] {
  if (before === after) return [];
  if (after === null) return ['`features.sql` is gone.'];
  if (before === null) return ['`features.sql` is new.'];
  const [old, now] = [selectList(before), selectList(after)];
  const [had, has] = [evaluation?.champion?.features, evaluation?.candidate.features];
  const seen = had === undefined || has === undefined ? null : sets(had, has);
  const measured =
    seen === null ? '' : `Against the champion’s features, the candidate ${said(seen) || 'has the same columns'}.`;
  if (old === null || now === null)
    return [`\`features.sql\` changes; ${UNTOLD}.${measured === '' ? '' : ` ${measured}`}`];
  const names = (list: SelectList) => list.columns.map(({ name }) => name);
  const told = sets(names(old), names(now));
  const line = `\`features.sql\` ${differences(old, now, told) || 'changes in comments or layout alone'}.`;
  // The champion need not have been made of the base branch's features.
  const isSame = seen === null || (isSet(seen.added, told.added) && isSet(seen.removed, told.removed));
  return isSame ? [line] : [line, measured];
}

interface Sets {
  added: string[];
  removed: string[];
}

/** In SQL a name is the same whatever its case. */
const key = (name: string) => name.toLowerCase();

function sets(before: readonly string[], after: readonly string[]): Sets {
  return { added: without(after, before), removed: without(before, after) };
}

function without(names: readonly string[], others: readonly string[]): string[] {
  const keys = new Set(others.map(key));
  return names.filter((name) => !keys.has(key(name)));
}

function isSet(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && without(one, other).length === 0;
}

function said({ added, removed }: Sets): string {
  return listed([verb('adds', added), verb('drops', removed)]);
}

function differences(before: SelectList, after: SelectList, { added, removed }: Sets): string {
  const expressions = (list: SelectList) =>
    new Map(list.columns.map(({ expression, name }) => [key(name), expression]));
  const [old, now] = [expressions(before), expressions(after)];
  const byExpression = Map.groupBy(added, (name) => now.get(key(name)));
  const renamed = removed.flatMap((from) => {
    const alike = byExpression.get(old.get(key(from))) ?? [];
    return alike.length === 1 ? alike.map((to) => ({ from, to })) : [];
  });
  const moves = renamed.slice(0, MOST_RENAMED).map(({ from, to }) => `${code(from)} to ${code(to)}`);
  if (renamed.length > MOST_RENAMED) moves.push(`${renamed.length - MOST_RENAMED} more`);
  const stayed = after.columns.map(({ name }) => name).filter((name) => old.has(key(name)));
  const order = before.columns.map(({ name }) => name).filter((name) => now.has(key(name)));
  const otherwise = stayed.filter((name) => old.get(key(name)) !== now.get(key(name)));
  const [from, to] = [renamed.map((one) => one.from), renamed.map((one) => one.to)];
  return listed([
    verb('adds', without(added, to)),
    verb('drops', without(removed, from)),
    moves.length === 0 ? '' : `renames ${moves.join(', ')}`,
    verb('computes', otherwise, ' otherwise'),
    stayed.every((name, index) => key(name) === key(order[index] ?? '')) ? '' : 'orders its columns otherwise',
    before.rest === after.rest
      ? ''
      : 'changes what its columns are taken from (FROM, joins, WITH, WHERE), so that any of them may differ',
  ]);
}

const verb = (word: string, names: readonly string[], end = '') =>
  names.length === 0 ? '' : `${word} ${named(names)}${end}`;

/** `adds …; drops …; renames …`, of those parts that say something. */
function listed(parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('; ');
}
