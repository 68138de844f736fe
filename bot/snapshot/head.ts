import type { Compared } from '#registry/github/comparisons.ts';
import type { Source, Touches } from './memory.ts';
import { patchedCommit } from './patched-commit.ts';
import type { Tree } from './snapshot.ts';
import { type Base, documentsOf, NotListed, readCommit, readTree } from './trees.ts';

interface Head {
  sha: string;
  base: Base;
  /** What the base says of the models that the pull request touches. */
  atBase: Tree;
  compared: Compared | null;
  touches: Pick<Touches, 'models' | 'registry'>;
}

/** What a head says of models; its files are listed only where the comparison with its base does not tell enough. */
export async function readHead(source: Source, head: Head): Promise<Tree> {
  const { models } = head.touches;
  return (await readPatched(source, head)) ?? readTree(source, await readCommit(source, head.sha), models);
}

async function readPatched(source: Source, { atBase, base, compared, sha, touches }: Head): Promise<Tree | null> {
  const { models } = touches;
  const files = compared?.files ?? null;
  // `all`: it may change the settings too.
  if (compared === null || files === null || models === 'all' || touches.registry) return null;
  if (files.some(({ filename, previous_filename: previous = '' }) => isDeep(filename) || isDeep(previous))) return null;
  const before = compared.mergeBase === base.sha ? base : await readCommit(source, compared.mergeBase);
  if (before.problem !== null) return null;
  const reads = new Set(models.flatMap((name) => documentsOf(name, atBase.models[name])));
  try {
    return await readTree(source, await patchedCommit(source, before, { files, head: sha, reads }), models);
  } catch (error) {
    if (error instanceof NotListed) return null;
    throw error;
  }
}

/** Each folder that a path leads through takes room; nobody has use for so many. */
const isDeep = (path: string) => path.split('/').length > 20;
