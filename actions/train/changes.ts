import { lstatSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { UserError } from '#registry/error.ts';
import { writtenFiles } from './program-files.ts';

/** Files as they were: path → what a write to it would change. */
export type Snapshot = ReadonlyMap<string, string>;

/** The repository's own files (those that git doesn't ignore), and these others, as they are now. */
export async function takeSnapshot(root: string, others: readonly string[]): Promise<Snapshot> {
  const files = [...(await writtenFiles(root)).map((file) => join(root, file)), ...others];
  return new Map(files.map((file) => [file, stateOf(file)]));
}

function stateOf(path: string): string {
  const there = lstatSync(path, { bigint: true, throwIfNoEntry: false });
  // The change time is the one that no program can set back.
  return there === undefined ? 'none' : `${there.mode} ${there.size} ${there.ino} ${there.mtimeNs} ${there.ctimeNs}`;
}

/**
 * Refuses a program during which files changed that are not its own. Nobody can tell who changed them; but what was
 * made beside them can't be trusted.
 */
export function requireUnchanged(before: Snapshot, after: Snapshot, root: string): void {
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => (before.get(path) ?? 'none') !== (after.get(path) ?? 'none'),
  );
  if (changed.length === 0) return;
  const named = changed.slice(0, 5).map((path) => {
    const below = relative(root, path);
    if (below.startsWith('..')) return path;
    // What was made for the program lies where nobody looks, and is gone soon.
    return below.startsWith(join('.tiltyard', 'work')) ? basename(path) : below;
  });
  const more = changed.length > named.length ? ` and ${changed.length - named.length} more` : '';
  throw new UserError(`while the training program ran, files outside its folder changed: ${named.join(', ')}${more}`, {
    fix:
      'A training program writes to $TILTYARD_OUT, $TMPDIR and its working folder. If it was you who edited them, train ' +
      'again with --allow-changes.',
  });
}
