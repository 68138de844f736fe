import { hash } from 'node:crypto';
import type { ComparedFile } from '#registry/github/comparisons.ts';
import type { TreeEntry } from '#registry/github/trees.ts';
import { LARGEST_DOCUMENT, textOf } from './folders.ts';
import type { Source } from './memory.ts';
import { patched } from './patch.ts';
import type { Commit } from './trees.ts';

/** The size of what a comparison does not show all of. */
export const UNKNOWN = -1;

/**
 * A head as the commit that it left, with the changes that a comparison shows in the models' folders: its files need not be
 * listed, nor read. What a patch makes of a file is right where its digest is the one that GitHub names.
 * @param reads the files whose text somebody will want, by their paths from `models/`
 */
export async function patchedCommit(
  source: Source,
  before: Commit,
  { files, head, reads }: { files: readonly ComparedFile[]; head: string; reads: ReadonlySet<string> },
): Promise<Commit> {
  const models = new Map(before.models);
  const changes = files.map((file) => ({
    ...file,
    path: inModels(file.filename),
    previous: inModels(file.previous_filename ?? file.filename),
  }));
  for (const { previous, status } of changes)
    if (previous !== null && (status === 'removed' || status === 'renamed')) models.delete(previous);
  for (const { path, previous } of changes) {
    for (const folder of [...foldersOf(path), ...foldersOf(previous)]) {
      // Perhaps there is nothing left in it. What is kept of a model is kept by the digest of its folder.
      models.set(folder, { path: folder, kind: 'folder', sha: `${head} ${folder}`, bytes: UNKNOWN });
    }
  }
  for (const file of changes) {
    const { path, sha, status } = file;
    if (path === null || status === 'removed') continue;
    const was = before.models.get(path);
    const text = reads.has(path) ? await textAfter(source, was, file) : null;
    // Of what is new or was moved, GitHub does not tell whether it is a link. What was modified is what it was before: else
    // its status would be "changed" (https://docs.github.com/en/graphql/reference/enums#patchstatus).
    const isFile = status === 'modified' && was?.kind === 'file';
    models.set(path, {
      path,
      sha: sha ?? '',
      kind: 'file',
      bytes: text === null || !isFile ? UNKNOWN : Buffer.byteLength(text),
    });
  }
  return { ...before, sha: head, models };
}

/** A path from the folder `models/`; null for one that is elsewhere. */
function inModels(path: string): string | null {
  return path.startsWith('models/') ? path.slice('models/'.length) : null;
}

/** The folders that a path from `models/` leads through. */
function foldersOf(path: string | null): string[] {
  const folders = path?.split('/').slice(0, -1) ?? [];
  return folders.map((_, depth) => folders.slice(0, depth + 1).join('/'));
}

/** What a changed file holds now, kept from then on; null where a patch does not tell. */
async function textAfter(source: Source, was: TreeEntry | undefined, file: ComparedFile): Promise<string | null> {
  const { patch, sha } = file;
  // With the same content, something else about it has changed.
  if (patch === undefined || sha === null || was?.sha === sha) return null;
  if (was !== undefined && (was.kind !== 'file' || was.bytes > LARGEST_DOCUMENT)) return null;
  const known = source.memory.texts.get(source.key(sha));
  const text = known ?? patched(was === undefined ? '' : await textOf(source, was.sha), patch);
  if (text === null || blobDigest(text) !== sha) return null;
  source.memory.texts.set(source.key(sha), text);
  return text;
}

/** The name that git gives to a file's content. */
const blobDigest = (text: string) => hash('sha1', `blob ${Buffer.byteLength(text)}\0${text}`, 'hex');
