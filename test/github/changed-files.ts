import type { Change, Objects } from './git.ts';
import { patchBetween } from './patches.ts';
import { apiUrl, webUrl } from './repositories.ts';
import type { Json, Repository } from './state.ts';

/*
 * What GitHub shows of a diff: https://docs.github.com/en/repositories/creating-and-managing-repositories/repository-limits#diff-limits.
 * Whatever is over a limit is left out, and the file is listed none the less.
 */

/** Lines of a file's patch, and of all patches together. */
const MOST_LINES = 20_000;
/** Bytes of a file's patch. */
const MOST_BYTES = 500 * 1024;
/** Bytes of all patches together. */
const MOST_BYTES_IN_ALL = 1024 * 1024;

/** Lines that came, lines that went, and both, as `stats` of a commit names them. */
export function statsOf(objects: Objects, changes: readonly Change[]) {
  const patches = changes.map(({ after, before }) => patchBetween(objects, before, after));
  const additions = patches.reduce((sum, patch) => sum + patch.additions, 0);
  const deletions = patches.reduce((sum, patch) => sum + patch.deletions, 0);
  return { additions, deletions, total: additions + deletions };
}

/** Changed files as lists show them. */
export function filesJson(objects: Objects, repository: Repository, head: string, changes: readonly Change[]): Json[] {
  let [lines, bytes] = [0, 0];
  return changes.map((change) => {
    const { additions, deletions, text } = patchBetween(objects, change.before, change.after);
    const size = { lines: text?.split('\n').length ?? 0, bytes: Buffer.byteLength(text ?? '') };
    const fits = size.lines <= MOST_LINES && size.bytes <= MOST_BYTES;
    if (fits) {
      lines += size.lines;
      bytes += size.bytes;
    }
    const isShown = fits && lines <= MOST_LINES && bytes <= MOST_BYTES_IN_ALL;
    return {
      ...fileJson(repository, head, change),
      additions,
      deletions,
      changes: additions + deletions,
      ...(text !== null && isShown ? { patch: text } : {}),
    };
  });
}

const fileJson = (repository: Repository, head: string, { after, before, from, path, status }: Change): Json => ({
  sha: after ?? before,
  filename: path,
  status,
  blob_url: `${webUrl(repository)}/blob/${head}/${encodeURIComponent(path)}`,
  raw_url: `${webUrl(repository)}/raw/${head}/${encodeURIComponent(path)}`,
  contents_url: `${apiUrl(repository)}/contents/${encodeURIComponent(path)}?ref=${head}`,
  ...(from === undefined ? {} : { previous_filename: from }),
});
