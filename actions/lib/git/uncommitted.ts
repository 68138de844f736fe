import { lstat, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileChange } from '#registry/history/commit.ts';
import { runGit } from './command.ts';
import type { GitRepository } from './repository.ts';

const STATUS = ['status', '--porcelain=v1', '-z', '--untracked-files=all', '--no-renames', '--ignore-submodules=none'];

/** What the working tree has that the commit that is checked out does not: changes, and the bytes of what is new. */
export interface Uncommitted {
  changes: FileChange[];
  /** By the ids that `changes` gives them. */
  contents: Map<string, Buffer>;
}

/** How the files under a folder differ from HEAD, as git sees it: line endings that it converts are no difference. */
export async function readUncommitted(repository: GitRepository, folder: string): Promise<Uncommitted> {
  const { stdout } = await runGit(repository, [...STATUS, '--', `:(literal)${folder}`]);
  const prefix = await prefixOf(repository);
  const contents = new Map<string, Buffer>();
  const changes: FileChange[] = [];
  for (const line of stdout.toString('utf8').split('\0')) {
    const path = line.slice(3);
    if (path === '' || !path.startsWith(prefix)) continue;
    const inside = path.slice(prefix.length);
    const place = join(repository.root, inside);
    const there = await lstat(place).catch(() => null);
    const isNew = line.startsWith('??') || line.startsWith('A');
    const before = isNew ? null : `${repository.head}:./${inside}`;
    const kind = there?.isSymbolicLink() === true ? 'link' : there?.isDirectory() === true ? 'submodule' : 'file';
    const after = there === null ? null : `working tree:${inside}`;
    if (after !== null && kind === 'file') contents.set(after, await readFile(place));
    changes.push({ path: inside, before, after, kind });
  }
  return { changes, contents };
}

/** The path of the root from the top of the repository: empty, or with a slash at its end. */
async function prefixOf(repository: GitRepository): Promise<string> {
  const { stdout } = await runGit(repository, ['rev-parse', '--show-prefix']);
  return stdout.toString('utf8').replace(/\n$/, '');
}
