import { randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '#registry/error.ts';

/** What is wrong with the place where a file was to go, rather than with us. */
const PLACE = 'EACCES EDQUOT EEXIST EISDIR ELOOP ENAMETOOLONG ENOENT ENOSPC ENOTDIR EPERM EROFS'.split(' ');

/**
 * Writes files so that nobody ever sees half of one, or some of them without the others: all beside their places first,
 * then renamed. Makes folders where they are missing; a file whose content is null is removed.
 * @throws UserError for a place that can't be written.
 */
export async function writeTogether(files: Readonly<Record<string, string | null>>): Promise<void> {
  const all = Object.entries(files).map(([path, content]) => ({ path, content, part: `${path}.${randomUUID()}.part` }));
  let at = '';
  try {
    for (const { path, content, part } of all) {
      at = path;
      if (content === null) continue;
      const there = await stat(path).catch(() => null);
      if (there?.isDirectory() === true) throw new UserError(`${path} is a folder`, { fix: 'Name a file in it.' });
      await mkdir(dirname(path), { recursive: true });
      await writeFile(part, content);
    }
    for (const { path, content, part } of all) {
      at = path;
      if (content === null) await rm(path, { force: true });
      else await rename(part, path);
    }
  } catch (error) {
    for (const { part } of all) await rm(part, { force: true }).catch(() => {});
    throw asPlaceError(error, at);
  }
}

/** What went wrong in writing to `path`, as the user's error where the place is to blame. */
export function asPlaceError(error: unknown, path: string): unknown {
  if (!(error instanceof Error && 'code' in error && PLACE.includes(String(error.code)))) return error;
  const full = error.code === 'ENOSPC' || error.code === 'EDQUOT';
  const fix = full ? 'Free some space there, or name another place.' : 'Name another place.';
  return new UserError(`${path} can't be written: ${error.message}`, { fix, cause: error });
}
