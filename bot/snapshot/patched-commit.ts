import { hash } from 'node:crypto';
import type { ComparedFile } from '#registry/github/comparisons.ts';
import type { TreeEntry } from '#registry/github/trees.ts';
import { folderOf } from '../decide/touched.ts';
import { LARGEST_DOCUMENT, textOf } from './folders.ts';
import type { Source } from './memory.ts';
import { patched } from './patch.ts';
import type { Commit } from './trees.ts';

/** The size of a file of which a comparison does not show all. */
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
  for (const { filename, previous_filename: previous = filename, status } of files) {
    if (status === 'removed' || status === 'renamed') models.delete(inModels(previous));
    for (const path of [filename, previous]) {
      const model = folderOf(path);
      // What is kept of a model is kept by the digest of its folder.
      if (model !== null) models.set(model, { path: model, kind: 'folder', sha: `${head} ${model}`, bytes: 0 });
    }
  }
  for (const file of files) {
    const { filename, previous_filename: previous = filename, sha, status } = file;
    if (status === 'removed' || folderOf(filename) === null) continue;
    const path = inModels(filename);
    const was = before.models.get(inModels(previous));
    const isMoved = previous !== filename && was !== undefined && was.sha === sha;
    const text = isMoved || !reads.has(path) ? null : await textAfter(source, was, file);
    const bytes = text === null ? UNKNOWN : Buffer.byteLength(text);
    models.set(path, isMoved ? { ...was, path } : { path, sha: sha ?? '', kind: 'file', bytes });
  }
  return { ...before, sha: head, models };
}

/** A path from the folder `models/`. */
const inModels = (path: string) => path.replace(/^models\//, '');

/** What a changed file holds now, kept from then on; null where a patch does not tell. */
async function textAfter(source: Source, was: TreeEntry | undefined, file: ComparedFile): Promise<string | null> {
  const { patch, sha, status } = file;
  // With the same content, something else about it has changed.
  if (patch === undefined || sha === null || was?.sha === sha) return null;
  if (was !== undefined && (was.kind !== 'file' || was.bytes > LARGEST_DOCUMENT)) return null;
  const known = source.memory.texts.get(source.key(sha));
  const before = was === undefined || status === 'added' ? '' : await textOf(source, was.sha);
  const text = known ?? patched(before, patch);
  // A link's target ends without a line's end, unless somebody wants it otherwise.
  if (text === null || !text.endsWith('\n') || blobDigest(text) !== sha) return null;
  source.memory.texts.set(source.key(sha), text);
  return text;
}

/** The name that git gives to a file's content. */
const blobDigest = (text: string) => hash('sha1', `blob ${Buffer.byteLength(text)}\0${text}`, 'hex');
