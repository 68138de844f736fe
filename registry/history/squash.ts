import type { Commit, FileChange } from './commit.ts';

/** Several commits as one that brings all that was there after the last of them: a state, without how it came about. */
export function squash(commits: readonly Commit[]): Commit | null {
  const last = commits.at(-1);
  if (last === undefined) return null;
  const files = new Map<string, FileChange>();
  for (const { changes } of commits) {
    for (const change of changes) {
      if (change.after === null) files.delete(change.path);
      else files.set(change.path, { ...change, before: null });
    }
  }
  return { ...last, changes: [...files.values()] };
}
