import { getBlob, getTree, type TreeEntry } from '#registry/github/trees.ts';
import type { Source } from './memory.ts';

/** A document of ours that is larger is none, in bytes. */
export const LARGEST_DOCUMENT = 1_000_000;
/** Evidence likewise. */
export const LARGEST_EVIDENCE = 20_000_000;

/** More files than anybody reads; why, as the end of a sentence. */
export class TooManyFiles extends Error {
  override readonly name = 'TooManyFiles';
}

/** Up to so many files a commit is read with one call, whole. */
const SMALL = 5_000;
/** A folder that GitHub does not list at once is read folder by folder, but not for ever. */
const MOST_CALLS = 100;
const MOST_ENTRIES = 500_000;

/** What lies in the topmost folder of a commit. */
export async function topOf(source: Source, commit: string): Promise<readonly TreeEntry[]> {
  const { github, key, memory, place } = source;
  return memory.tops.read(key(commit), async () => {
    if (memory.large.get(key()) === undefined) {
      const { complete, entries } = await getTree(github, place, commit, true);
      if (entries.length > SMALL) memory.large.set(key(), true);
      if (complete) return harvest(source, entries);
    }
    const { complete, entries } = await getTree(github, place, commit, false);
    if (!complete) throw new TooManyFiles('the topmost folder has more files than GitHub lists');
    return entries;
  });
}

/** All that lies below a folder, by the digest of its tree; paths from that folder. */
export async function below(source: Source, tree: string): Promise<readonly TreeEntry[]> {
  const { key, memory } = source;
  return memory.folders.read(key(tree), () => deep(source, tree, { calls: 0, entries: 0 }));
}

/** Keeps of a whole commit the topmost folders under their own digests; gives what lies at the top. */
function harvest({ key, memory }: Source, entries: readonly TreeEntry[]): TreeEntry[] {
  const inside = Map.groupBy(entries, ({ path }) => (path.includes('/') ? path.slice(0, path.indexOf('/')) : ''));
  const top = inside.get('') ?? [];
  for (const { kind, path, sha } of top) {
    const found = inside.get(path) ?? [];
    const stripped = found.map((entry) => ({ ...entry, path: entry.path.slice(path.length + 1) }));
    if (kind === 'folder') memory.folders.set(key(sha), stripped);
  }
  return top;
}

async function deep(source: Source, tree: string, spent: { calls: number; entries: number }): Promise<TreeEntry[]> {
  const { github, place } = source;
  const take = async (recursive: boolean) => {
    spent.calls += 1;
    const answer = await getTree(github, place, tree, recursive);
    if (spent.calls > MOST_CALLS || spent.entries + answer.entries.length > MOST_ENTRIES)
      throw new TooManyFiles('it has more files than are read');
    return answer;
  };
  const whole = await take(true);
  if (whole.complete) {
    spent.entries += whole.entries.length;
    return whole.entries;
  }
  const direct = await take(false);
  if (!direct.complete) throw new TooManyFiles('a folder has more files than GitHub lists');
  const found = [...direct.entries];
  for (const { kind, path, sha } of direct.entries) {
    if (kind !== 'folder') continue;
    for (const entry of await deep(source, sha, spent)) found.push({ ...entry, path: `${path}/${entry.path}` });
  }
  return found;
}

/** The text of a file. Its size was looked at before. */
export async function textOf({ github, key, memory, place }: Source, blob: string): Promise<string> {
  return memory.texts.read(key(blob), async () => (await getBlob(github, place, blob)).toString('utf8'));
}
