import { availableParallelism } from 'node:os';
import type { Commit } from '#registry/history/commit.ts';
import { runGit } from './command.ts';
import { firstParents, readCommits, readLog } from './log.ts';
import type { GitRepository } from './repository.ts';

/**
 * The gits take turns in blocks of so many commits: later commits have more files, so that halves would not end at the
 * same time, and of commits that follow each other git unpacks the trees one from another.
 */
const BLOCK = 250;
/** Each git keeps about 100 MB of what it unpacked. */
const MOST_PROCESSES = 8;

/**
 * What `readLog` tells of one folder, for histories of thousands of commits and of files. Which commits changed the folder
 * the ids of its trees tell at once; these are compared by as many gits as there are cores, and without a path to
 * compare every file's with, which takes git nearly as long as the comparison itself.
 * @param after Leaves out this commit and all before it; one along the first parents of what is checked out.
 */
export async function readFolderLog(repository: GitRepository, folder: string, after?: string): Promise<Commit[]> {
  // Oldest first.
  const chain = (await firstParents(repository)).reverse();
  const trees = await treesOf(repository, folder, chain);
  const start = after === undefined ? 0 : chain.indexOf(after) + 1;
  const present = trees.findIndex((tree) => tree !== null);
  const begin = present === -1 ? chain.length : Math.max(start, present);
  // A submodule has no tree here, so that what came before the folder has to be looked at: it is nothing, and fast.
  const range = { to: chain[begin - 1] ?? repository.head, ...(after === undefined ? {} : { after }) };
  const earlier = begin > start ? await readLog(repository, { paths: [folder], ...range }) : [];
  // The newest first: they have the most files, and git unpacks them in this order.
  const ids = chain.filter((_, i) => i >= begin && (trees[i] === null || trees[i] !== trees[i - 1])).reverse();
  const blocks = Array.from({ length: Math.ceil(ids.length / BLOCK) }, (_, k) => ids.slice(k * BLOCK, (k + 1) * BLOCK));
  const gits = Math.min(MOST_PROCESSES, availableParallelism());
  const shares = Array.from({ length: gits }, (_, git) => blocks.filter((_, k) => k % gits === git).flat());
  const shared = await Promise.all(shares.map((share) => readCommits(repository, share)));
  const found = new Map(shared.flat().map((commit) => [commit.id, commit]));
  const commits = ids
    .flatMap((id) => found.get(id) ?? [])
    .map((commit) => ({
      ...commit,
      changes: commit.changes.filter(({ path }) => path === folder || path.startsWith(`${folder}/`)),
    }));
  commits.reverse();
  return [...earlier, ...commits.filter(({ changes }) => changes.length > 0)];
}

/** The id of a folder in each commit; null where there is none, or a submodule. */
async function treesOf(
  repository: GitRepository,
  folder: string,
  commits: readonly string[],
): Promise<(string | null)[]> {
  const input = commits.map((id) => `${id}:./${folder}\n`).join('');
  const { stdout } = await runGit(repository, ['cat-file', '--batch-check=%(objectname)'], { input });
  const lines = stdout.toString('utf8').trimEnd().split('\n');
  return lines.map((line) => (/^[0-9a-f]{40,64}$/.test(line) ? line : null));
}
