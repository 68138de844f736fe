import { z } from 'zod';
import { ask, type GitHub, type Place } from './client.ts';

/** An entry of a tree of git: a file, a link, a submodule or a folder, by its path from that tree. */
export interface TreeEntry {
  path: string;
  /** git's digest of the content; of a folder, that of its own tree. */
  sha: string;
  kind: 'file' | 'link' | 'submodule' | 'folder';
  bytes: number;
}

const Tree = z.object({
  tree: z.array(
    z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string(), size: z.int().optional() }),
  ),
  truncated: z.boolean(),
});

/**
 * The entries of a tree or of a commit's, below it at every depth or directly in it; `complete` is false where there are
 * more than GitHub lists at once (100,000).
 */
export async function getTree(
  github: GitHub,
  place: Place,
  tree: string,
  recursive: boolean,
): Promise<{ entries: TreeEntry[]; complete: boolean }> {
  const answer = await ask(
    github,
    'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
    { ...place, tree_sha: tree, ...(recursive ? { recursive: '1' } : {}) },
    Tree,
  );
  const entries = answer.tree.map(({ mode, path, sha, size = 0, type }) => ({
    path,
    sha,
    kind: kindOf(type, mode),
    bytes: size,
  }));
  return { entries, complete: !answer.truncated };
}

function kindOf(type: string, mode: string): TreeEntry['kind'] {
  if (type === 'tree') return 'folder';
  if (type === 'commit') return 'submodule';
  return mode === '120000' ? 'link' : 'file';
}

const Blob = z.object({ content: z.string(), encoding: z.literal('base64') });

/** The content of a file. Its size was looked at before. */
export async function getBlob(github: GitHub, place: Place, blob: string): Promise<Buffer> {
  const { content } = await ask(
    github,
    'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
    { ...place, file_sha: blob },
    Blob,
  );
  return Buffer.from(content, 'base64');
}
