import { z } from 'zod';
import { askIfThere, type GitHub, type Place } from './client.ts';
import { ChangedFile } from './pulls.ts';

const ComparedFile = ChangedFile.extend({
  /** git's digest of its content at head; of what was removed, that of before. */
  sha: z.string().nullable().catch(null),
  /** Hunks of a unified diff; GitHub leaves them out where they are long, or where there are none. */
  patch: z.string().optional().catch(undefined),
});
export type ComparedFile = z.infer<typeof ComparedFile>;

/** What a head changed since it left its base. */
export interface Compared {
  mergeBase: string;
  /** Null where there are more than GitHub lists here (300). */
  files: ComparedFile[] | null;
}

const Answer = z.object({
  merge_base_commit: z.object({ sha: z.string() }),
  files: z.array(ComparedFile).optional(),
});
const MOST_FILES = 300;

/** Compares two commits by their digests; null where their histories share nothing, or one of them is gone. */
export async function compareCommits(
  github: GitHub,
  place: Place,
  base: string,
  head: string,
): Promise<Compared | null> {
  // All files come with the first page of commits, whatever its size.
  const answer = await askIfThere(
    github,
    'GET /repos/{owner}/{repo}/compare/{basehead}',
    { ...place, basehead: `${base}...${head}`, per_page: 1 },
    Answer,
  );
  if (answer === null) return null;
  const { files = [], merge_base_commit } = answer;
  return { mergeBase: merge_base_commit.sha, files: files.length < MOST_FILES ? files : null };
}
