import { runGit } from './command.ts';
import type { GitRepository } from './repository.ts';

/** The files under a folder of the commit that is checked out, by the ids of their contents; no links, no submodules. */
export async function readTree(repository: GitRepository, folder: string): Promise<{ path: string; id: string }[]> {
  const { stdout } = await runGit(repository, ['ls-tree', '-r', '-z', repository.head, '--', folder]);
  return stdout
    .toString('utf8')
    .split('\0')
    .flatMap((line) => {
      const [, id, path] = /^100[0-7]{3} blob ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
      return id === undefined || path === undefined ? [] : [{ path, id }];
    });
}
