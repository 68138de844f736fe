import { randomUUID } from 'node:crypto';
import { lstat, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { dirname, resolve, sep } from 'node:path';
import { UserError } from '#registry/error.ts';
import { asPlaceError } from './write.ts';

/**
 * Makes a folder that appears under its name only when it is complete: `fill` writes into a folder beside it, which is
 * then renamed. Where `fill` throws, nothing is left of it. A folder that is there already is replaced if it is empty,
 * or if `isOurs` recognizes the paths in it (relative, with slashes, sorted).
 * @throws UserError where something else is in the way.
 */
export async function writeFolder<T>(
  path: string,
  isOurs: (files: string[]) => boolean,
  fill: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = resolve(path);
  const beside = `${folder}.${randomUUID()}.part`;
  const before = `${folder}.${randomUUID()}.before`;
  await requireReplaceable(folder, path, isOurs);
  const parents = await makeParents(folder).catch((error: unknown) => {
    throw asPlaceError(error, path);
  });
  try {
    await mkdir(beside).catch((error: unknown) => {
      throw asPlaceError(error, path);
    });
    const result = await fill(beside);
    // Somebody may have put something there in the meantime.
    const replaces = await requireReplaceable(folder, path, isOurs);
    if (replaces) await rename(folder, before);
    await rename(beside, folder).catch(async (error: unknown) => {
      if (replaces) await rename(before, folder);
      throw error;
    });
    await rm(before, { recursive: true, force: true });
    return result;
  } catch (error) {
    await rm(beside, { recursive: true, force: true });
    // Those that hold something by now stay.
    for (const parent of parents) await rmdir(parent).catch(() => {});
    throw error;
  }
}

/** Makes the folders above one; returns those that were not there, the deepest first. */
async function makeParents(folder: string): Promise<string[]> {
  const made: string[] = [];
  const first = await mkdir(dirname(folder), { recursive: true });
  if (first === undefined) return made;
  for (let parent = dirname(folder); parent.length >= first.length; parent = dirname(parent)) made.push(parent);
  return made;
}

/**
 * Whether there is a folder, which may be replaced then; to be asked before long work whose result goes there.
 * @throws UserError where something else is in the way.
 */
export async function requireReplaceable(
  folder: string,
  named: string,
  isOurs: (files: string[]) => boolean,
): Promise<boolean> {
  const there = await lstat(folder).catch(() => null);
  if (there === null) return false;
  const files = there.isDirectory() ? await readdir(folder, { recursive: true }) : [];
  const paths = files.map((file) => file.replaceAll(sep, '/')).sort();
  if (there.isDirectory() && (paths.length === 0 || isOurs(paths))) return true;
  throw new UserError(`${named} exists, and is nothing that this command made`, {
    fix: 'Name another folder, or move that one away.',
  });
}
