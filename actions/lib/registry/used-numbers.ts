import { UserError } from '#registry/error.ts';
import { registryFile } from '#registry/fsck/place.ts';
import type { VersionNumber } from '#registry/version.ts';
import { readCachedLog } from '../git/cached-log.ts';
import { openRepository } from '../git/repository.ts';
import type { World } from '../world.ts';

/** Every number that the commits up to this one gave a version of a model, also where its manifest is gone by now. */
export async function usedNumbers(
  root: string,
  model: string,
  { env, signal }: Pick<World, 'env' | 'signal'>,
): Promise<VersionNumber[]> {
  const repository = await openRepository({ root, env, signal }).catch((error: unknown) => {
    // Outside of git, or before the first commit, there is no history.
    if (error instanceof UserError) return null;
    throw error;
  });
  if (repository === null) return [];
  const commits = await readCachedLog(repository, 'registry');
  const files = commits.flatMap(({ changes }) => changes.map(({ path }) => registryFile(path)));
  return [...new Set(files.flatMap((file) => (file.kind === 'version' && file.model === model ? [file.version] : [])))];
}
