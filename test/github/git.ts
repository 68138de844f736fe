import { createHash } from 'node:crypto';

/**
 * Git's objects in memory, under the digests that git itself gives them. One store for all repositories of a world, as
 * GitHub keeps a fork's objects with those of what it was forked from.
 */
export interface Objects {
  blobs: Map<string, Buffer>;
  trees: Map<string, TreeEntry[]>;
  commits: Map<string, Commit>;
}

export interface TreeEntry {
  mode: '100644' | '100755' | '120000' | '40000' | '160000';
  name: string;
  sha: string;
}

export interface Signature {
  name: string;
  email: string;
  /** Whole seconds, as git keeps it. */
  date: Date;
}

export interface Commit {
  tree: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  message: string;
}

/** A file of a tree by its path from the root. */
export interface GitFile {
  mode: TreeEntry['mode'];
  sha: string;
}
export type Files = ReadonlyMap<string, GitFile>;

export const newObjects = (): Objects => ({ blobs: new Map(), trees: new Map(), commits: new Map() });

function digest(type: 'blob' | 'tree' | 'commit', content: Buffer): string {
  return createHash('sha1').update(`${type} ${content.length}\0`).update(content).digest('hex');
}

export function writeBlob(objects: Objects, content: string | Uint8Array): string {
  const bytes = Buffer.from(content);
  const sha = digest('blob', bytes);
  objects.blobs.set(sha, bytes);
  return sha;
}

export function writeTree(objects: Objects, entries: readonly TreeEntry[]): string {
  // Git sorts by bytes, a folder as if its name ended with a slash.
  const key = ({ mode, name }: TreeEntry) => Buffer.from(mode === '40000' ? `${name}/` : name);
  const sorted = [...entries].sort((a, b) => Buffer.compare(key(a), key(b)));
  const content = Buffer.concat(
    sorted.flatMap(({ mode, name, sha }) => [Buffer.from(`${mode} ${name}\0`), Buffer.from(sha, 'hex')]),
  );
  const sha = digest('tree', content);
  objects.trees.set(sha, sorted);
  return sha;
}

export function writeCommit(objects: Objects, commit: Commit): string {
  const { author, committer, message, parents, tree } = commit;
  const signed = ({ name, email, date }: Signature) => `${name} <${email}> ${Math.floor(date.getTime() / 1000)} +0000`;
  const lines = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${signed(author)}`,
    `committer ${signed(committer)}`,
    '',
    message,
  ];
  const sha = digest('commit', Buffer.from(lines.join('\n')));
  objects.commits.set(sha, commit);
  return sha;
}

/** Every file below a tree. */
export function filesOf(objects: Objects, tree: string, folder = ''): Map<string, GitFile> {
  const found = new Map<string, GitFile>();
  for (const { mode, name, sha } of must(objects.trees.get(tree), tree)) {
    if (mode !== '40000') found.set(`${folder}${name}`, { mode, sha });
    else for (const [path, file] of filesOf(objects, sha, `${folder}${name}/`)) found.set(path, file);
  }
  return found;
}

/** Writes the trees that hold these files, and gives the topmost. */
export function writeFiles(objects: Objects, files: Files): string {
  const folders = new Map<string, Map<string, GitFile>>();
  const entries: TreeEntry[] = [];
  for (const [path, file] of files) {
    const slash = path.indexOf('/');
    if (slash < 0) entries.push({ name: path, ...file });
    else {
      const inside = folders.get(path.slice(0, slash)) ?? new Map<string, GitFile>();
      folders.set(path.slice(0, slash), inside.set(path.slice(slash + 1), file));
    }
  }
  for (const [name, inside] of folders) entries.push({ mode: '40000', name, sha: writeFiles(objects, inside) });
  return writeTree(objects, entries);
}

export const commitFiles = (objects: Objects, commit: string): Map<string, GitFile> =>
  filesOf(objects, must(objects.commits.get(commit), commit).tree);

/** A commit and all that came before it, nearest first. */
export function ancestors(objects: Objects, commit: string): Set<string> {
  const seen = new Set([commit]);
  for (const one of seen) for (const parent of objects.commits.get(one)?.parents ?? []) seen.add(parent);
  return seen;
}

/** The newest commit that both have before them (or are); null for histories that share nothing. */
export function mergeBase(objects: Objects, a: string, b: string): string | null {
  const ofB = ancestors(objects, b);
  const common = [...ancestors(objects, a)].filter((one) => ofB.has(one));
  const older = new Set(common.flatMap((one) => [...ancestors(objects, one)].slice(1)));
  return common.find((one) => !older.has(one)) ?? null;
}

export interface Change {
  path: string;
  /** `changed` is a file that became a link, or the like (https://docs.github.com/en/graphql/reference/enums#patchstatus). */
  status: 'added' | 'removed' | 'modified' | 'renamed' | 'changed';
  before: string | null;
  after: string | null;
  /** Where a renamed file was before. */
  from?: string;
}

/** What differs between two trees' files; a file that only moved is renamed. */
export function changesBetween(before: Files, after: Files): Change[] {
  const removed = new Map([...before].filter(([path]) => !after.has(path)));
  const changes: Change[] = [];
  for (const [path, { sha, mode }] of after) {
    const old = before.get(path);
    if (old !== undefined) {
      const status = isOneKind(old.mode, mode) ? 'modified' : 'changed';
      if (old.sha !== sha || old.mode !== mode) changes.push({ path, status, before: old.sha, after: sha });
      continue;
    }
    const [from] = [...removed].find(([, file]) => file.sha === sha) ?? [];
    if (from === undefined) changes.push({ path, status: 'added', before: null, after: sha });
    else {
      removed.delete(from);
      changes.push({ path, status: 'renamed', before: sha, after: sha, from });
    }
  }
  for (const [path, { sha }] of removed) changes.push({ path, status: 'removed', before: sha, after: null });
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether a file may be run is no other kind. */
const isOneKind = (a: GitFile['mode'], b: GitFile['mode']) => a.slice(0, 3) === b.slice(0, 3);

function must<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`there is no object ${name}`);
  return value;
}
