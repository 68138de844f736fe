import { z } from 'zod';
import { Account } from './accounts.ts';
import { ask, askAll, type GitHub, type Place } from './client.ts';

const PullRequest = z.object({
  number: z.int(),
  title: z.string(),
  draft: z.boolean().optional(),
  user: Account.nullable(),
  updated_at: z.coerce.date(),
  head: z.object({
    sha: z.string(),
    ref: z.string(),
    user: Account.nullable(),
    repo: z.object({ id: z.int() }).nullable(),
  }),
  base: z.object({ sha: z.string(), ref: z.string(), repo: z.object({ id: z.int() }) }),
});
export type PullRequest = z.infer<typeof PullRequest>;

/** Open pull requests; 3,000 at most. */
export async function listOpenPulls(github: GitHub, place: Place): Promise<PullRequest[]> {
  const { items } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/pulls',
    { ...place, state: 'open', sort: 'updated', direction: 'desc' },
    PullRequest,
  );
  return items;
}

const File = z.object({ filename: z.string(), previous_filename: z.string().optional(), status: z.string() });

/** The files that a pull request changes; null where there are more than GitHub lists (3,000). */
export async function listPullFiles(
  github: GitHub,
  place: Place,
  pull: number,
): Promise<z.infer<typeof File>[] | null> {
  const { items, complete } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
    { ...place, pull_number: pull },
    File,
  );
  return complete ? items : null;
}

/** The commit that a pull request's head is at now. */
export async function getPullHead(github: GitHub, place: Place, pull: number): Promise<string> {
  const { head } = await ask(
    github,
    'GET /repos/{owner}/{repo}/pulls/{pull_number}',
    { ...place, pull_number: pull },
    PullRequest,
  );
  return head.sha;
}
