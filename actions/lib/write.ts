import { randomUUID } from 'node:crypto';
import { constants, copyFile, link, mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from '#registry/error.ts';

/** What is wrong with the place where a file was to go, rather than with us. */
const PLACE = 'EACCES EDQUOT EEXIST EISDIR ELOOP ENAMETOOLONG ENOENT ENOSPC ENOTDIR EPERM EROFS'.split(' ');

/**
 * Writes files so that nobody ever sees half of one, or some of them without the others: all beside their places first,
 * then renamed. Makes folders where they are missing; a file whose content is null is removed.
 * @param last One of the files, which stands for the others: it comes last, and is never replaced.
 * @returns False where `last` was there already, of somebody who wrote at the same time.
 * @throws UserError for a place that can't be written.
 */
export async function writeTogether(files: Readonly<Record<string, string | null>>, last?: string): Promise<boolean> {
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
    for (const { path, content, part } of all.toSorted((a, b) => Number(a.path === last) - Number(b.path === last))) {
      at = path;
      if (content === null) await rm(path, { force: true });
      else if (path !== last) await rename(part, path);
      else if (!(await moveUnlessThere(part, path))) return false;
    }
    return true;
  } catch (error) {
    for (const { part } of all) await rm(part, { force: true }).catch(() => {});
    throw asPlaceError(error, at);
  }
}

/** A second name for a file fails where the name is taken; renaming would replace what is there. */
async function moveUnlessThere(part: string, path: string): Promise<boolean> {
  try {
    await link(part, path).catch(async (error: unknown) => {
      if (!hasCode(error, ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP'])) throw error;
      // Some file systems know no second names.
      await copyFile(part, path, constants.COPYFILE_EXCL);
    });
    return true;
  } catch (error) {
    if (hasCode(error, ['EEXIST'])) return false;
    throw error;
  } finally {
    await rm(part, { force: true });
  }
}

function hasCode(error: unknown, codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** What went wrong in writing to `path`, as the user's error where the place is to blame. */
export function asPlaceError(error: unknown, path: string): unknown {
  if (error instanceof UserError || !(error instanceof Error)) return error;
  // DuckDB, and whatever a process of ours passes on, has only the system's words.
  const full =
    hasCode(error, ['ENOSPC', 'EDQUOT']) || /No space left on device|Disk quota exceeded/.test(error.message);
  if (!full && !hasCode(error, PLACE)) return error;
  const fix = full ? 'Free some space there, or name another place.' : 'Name another place.';
  return new UserError(`${path} can't be written: ${error.message}`, { fix, cause: error });
}
