import { inc } from 'semver';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { contractChanges } from './contract.ts';
import { printable } from './printable.ts';
import type { Version, VersionNumber } from './version.ts';

/** What a version's number says to those who call it: narrower, other, or the same recipe again. */
export const Bump = z.enum(['major', 'minor', 'patch']);
export type Bump = z.infer<typeof Bump>;

/** What of a version decides its number. */
export type Recipe = Pick<Version, 'task' | 'contract' | 'lineage'>;

const FIRST = '1.0.0';

/**
 * The number of the next version, and why that one, as the end of a sentence without its full stop. A narrowed contract
 * is a major step; other features, training data, params or another program a minor one; the same recipe again a patch.
 * @param parent The version that it follows; null for the first.
 * @param taken Numbers that were ever used: one of them is never used again, and the next free one follows it.
 * @param asked What a person decides instead.
 */
export function nextVersion(
  parent: Version | null,
  next: Recipe,
  taken: readonly VersionNumber[],
  asked: Bump | null = null,
): { version: VersionNumber; reason: string } {
  if (parent === null) {
    return { version: taken.includes(FIRST) ? free(FIRST, 'minor', taken) : FIRST, reason: 'the first version' };
  }
  const decided = decide(parent, next);
  const bump = asked ?? decided.bump;
  const reason =
    asked === null || asked === decided.bump
      ? `a ${bump} step from ${parent.version}: ${decided.reason}`
      : `a ${bump} step from ${parent.version}, as was asked; by itself it is a ${decided.bump} one: ${decided.reason}`;
  return { version: free(parent.version, bump, taken), reason };
}

function free(from: VersionNumber, bump: Bump, taken: readonly VersionNumber[]): VersionNumber {
  const next = inc(from, bump);
  if (next === null) throw new Error(`${from} has no ${bump} after it`);
  return taken.includes(next) ? free(next, bump, taken) : next;
}

function decide(parent: Version, next: Recipe): { bump: Bump; reason: string } {
  const changes = contractChanges(parent.contract, next.contract, parent.version);
  const narrowed = changes.filter(({ kind }) => kind === 'narrowed').map(({ sentence }) => sentence.replace(/\.$/, ''));
  if (parent.task !== next.task) narrowed.unshift(`It predicts ${next.task}; ${parent.version} does ${parent.task}`);
  if (narrowed.length > 0) return { bump: 'major', reason: `callers may break. ${narrowed.join('. ')}` };
  const others = recipeChanges(parent.lineage, next.lineage);
  if (changes.some(({ kind }) => kind === 'widened')) others.push('a wider contract');
  return others.length > 0
    ? { bump: 'minor', reason: `it differs in ${others.join(', ')}` }
    : { bump: 'patch', reason: 'the same recipe, trained again' };
}

/** What differs between two recipes, by name. */
function recipeChanges(before: Recipe['lineage'], after: Recipe['lineage']): string[] {
  const changes: string[] = [];
  if (before.features.sql !== after.features.sql) changes.push('features.sql');
  changes.push(...changedKeys(before.features.state, after.features.state).map((name) => `state/${name}.sql`));
  if (before.data.train.digest !== after.data.train.digest) changes.push('the training data');
  const params = changedKeys(before.params, after.params);
  if (params.length > 0) changes.push(`params (${params.slice(0, 10).join(', ')}${params.length > 10 ? ', …' : ''})`);
  const { command, digest } = before.program;
  if (command !== after.program.command) changes.push('the training command');
  if (digest !== after.program.digest) changes.push('the training program');
  return changes;
}

function changedKeys(before: Record<string, unknown>, after: Record<string, unknown>): string[] {
  const text = (record: Record<string, unknown>, key: string) =>
    Object.hasOwn(record, key) ? canonicalJson(record[key]) : 'none';
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((key) => text(before, key) !== text(after, key))
    .sort()
    .map(printable);
}
