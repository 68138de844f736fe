import { commitTree } from './commits.ts';
import { commitFiles, type GitFile } from './git.ts';
import { refMoved } from './pull-events.ts';
import type { Scene } from './scene.ts';

/** Commits files of any mode to a branch (links, submodules), and takes away those that are null; gives the new head. */
export function pushTree({ github, repo }: Scene, branch: string, changes: Record<string, GitFile | null>): string {
  const { world } = github;
  const before = repo.head(branch);
  const files = new Map(commitFiles(world.objects, before));
  for (const [path, file] of Object.entries(changes)) {
    if (file === null) files.delete(path);
    else files.set(path, file);
  }
  const after = commitTree(world, files, { author: 'ann', message: 'Modes', parents: [before] });
  const repository = world.repositories.find(({ id }) => id === repo.id);
  if (repository === undefined) throw new Error('the repository is gone');
  refMoved(world, repository, { ref: `refs/heads/${branch}`, before, after, by: 'ann' });
  return after;
}
