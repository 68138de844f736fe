import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Commit } from '#registry/history/commit.ts';
import { writeTogether } from '../write.ts';
import { readFolderLog } from './folder-log.ts';
import { firstParents, readLog } from './log.ts';
import type { GitRepository } from './repository.ts';

const Person = z.strictObject({ name: z.string(), email: z.string() });
/** What commits did never changes; how this file tells it may. */
const Cached = z.strictObject({
  format: z.literal(1),
  /** The commits up to this one were looked at. */
  to: z.string(),
  /** Those of them that changed the folder, oldest first. */
  commits: z.array(
    z.strictObject({
      id: z.string(),
      parents: z.array(z.string()),
      author: Person,
      committer: Person,
      date: z.string(),
      message: z.string(),
      trailers: z.array(z.string()),
      changes: z.array(
        z.strictObject({
          path: z.string(),
          before: z.string().nullable(),
          after: z.string().nullable(),
          kind: z.enum(['file', 'link', 'submodule']),
        }),
      ),
    }),
  ),
});

/**
 * As `readLog` of one folder. With thousands of files in it git takes a third of a millisecond a commit, so what is known of
 * old commits is kept in `.tiltyard/cache`, and only commits that came since are asked for. A commit's id stands for all
 * that was before it: what is kept of it stays right, on whatever branch it is met again. What was concluded from it is
 * not kept.
 */
export async function readCachedLog(repository: GitRepository, folder: string): Promise<Commit[]> {
  // Where history is cut off, the first commit seems to make all that came before.
  if (repository.shallow) return readLog(repository, { paths: [folder] });
  const path = join(repository.root, '.tiltyard', 'cache', `git-log-${folder}.json`);
  const cached = await readCache(path);
  const chain = cached === null ? new Set<string>() : new Set(await firstParents(repository));
  const known = cached?.commits.filter(({ id }) => chain.has(id)) ?? [];
  const after = cached !== null && chain.has(cached.to) ? cached.to : known.at(-1)?.id;
  if (after === repository.head) return known;
  const commits = [...known, ...(await readFolderLog(repository, folder, after))];
  const text = JSON.stringify({ format: 1, to: repository.head, commits });
  // A place that can't be written only costs time.
  await writeTogether({ [path]: text }).catch(() => {});
  return commits;
}

async function readCache(path: string): Promise<z.output<typeof Cached> | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return null;
  try {
    return Cached.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
