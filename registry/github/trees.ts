import { z } from 'zod';
import { ask, type GitHub, type Place } from './client.ts';

const Tree = z.object({
  tree: z.array(z.object({ path: z.string(), type: z.string(), sha: z.string(), size: z.int().optional() })),
  truncated: z.boolean(),
});

/** A file of a commit: its path and the digest of its content in git. */
export interface TreeFile {
  path: string;
  blob: string;
  bytes: number;
}

/**
 * The files of a commit, whole or below one folder's tree; `complete` is false where there are more than GitHub lists at
 * once (100,000).
 */
export async function getTree(
  github: GitHub,
  place: Place,
  commit: string,
): Promise<{ files: TreeFile[]; complete: boolean }> {
  const { tree, truncated } = await ask(
    github,
    'GET /repos/{owner}/{repo}/git/trees/{tree_sha}',
    { ...place, tree_sha: commit, recursive: '1' },
    Tree,
  );
  const files = tree
    .filter(({ type }) => type === 'blob')
    .map(({ path, sha, size }) => ({ path, blob: sha, bytes: size ?? 0 }));
  return { files, complete: !truncated };
}

const Blob = z.object({ content: z.string(), encoding: z.literal('base64') });

/** The content of a file as text. */
export async function getBlob(github: GitHub, place: Place, blob: string): Promise<string> {
  const { content } = await ask(
    github,
    'GET /repos/{owner}/{repo}/git/blobs/{file_sha}',
    { ...place, file_sha: blob },
    Blob,
  );
  return Buffer.from(content, 'base64').toString('utf8');
}
