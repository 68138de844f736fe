import { z } from 'zod';
import { Somebody } from './accounts.ts';
import { ask, type GitHub, type Place } from './client.ts';
import { askAll, type Listed } from './lists.ts';
import { Repository } from './repositories.ts';
import { Time } from './time.ts';

const PullRequest = z.object({
  number: z.int(),
  state: z.string().optional(),
  title: z.string().catch(''),
  draft: z.boolean().optional(),
  user: Somebody,
  created_at: Time,
  updated_at: Time,
  head: z.object({
    sha: z.string(),
    ref: z.string(),
    user: Somebody,
    /** Null where the fork was deleted. */
    repo: z.object({ id: z.int() }).nullable(),
  }),
  /** `sha` is where the base was when GitHub last looked: for where it is now, ask for the branch. */
  base: z.object({ sha: z.string(), ref: z.string(), repo: Repository }),
});
export type PullRequest = z.infer<typeof PullRequest>;

/** Open pull requests, those that changed last first; 3,000 at most. */
export async function listOpenPulls(github: GitHub, place: Place): Promise<PullRequest[]> {
  const { items } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/pulls',
    { ...place, state: 'open', sort: 'updated', direction: 'desc' },
    { item: PullRequest },
  );
  // Whatever changes between two pages moves to the front, and pushes another one over to the next page.
  return [...new Map(items.map((pull) => [pull.number, pull])).values()];
}

/**
 * Pull requests, closed ones too, of which anything changed at `since` or later, those that changed last first; null where
 * there are more than 500.
 */
export async function listChangedPulls(github: GitHub, place: Place, since: Date): Promise<PullRequest[] | null> {
  const isOlder = ({ updated_at }: PullRequest) => updated_at < since;
  const { complete, items } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/pulls',
    { ...place, state: 'all', sort: 'updated', direction: 'desc' },
    { item: PullRequest, pages: 5 },
    (found) => found.some(isOlder),
  );
  return complete || items.some(isOlder) ? items.filter((pull) => !isOlder(pull)) : null;
}

/** A file that differs between two commits. */
export const ChangedFile = z.object({
  filename: z.string(),
  previous_filename: z.string().optional(),
  status: z.string(),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

/** The files that a pull request changes; null where there are more than GitHub lists (3,000). */
export async function listPullFiles(github: GitHub, place: Place, pull: number): Promise<ChangedFile[] | null> {
  const { items, complete } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/files',
    { ...place, pull_number: pull },
    { item: ChangedFile },
  );
  // GitHub ends the list there, and does not say so.
  return complete && items.length < 3000 ? items : null;
}

const Commit = z.object({
  sha: z.string(),
  author: Somebody.catch(null),
  committer: Somebody.catch(null),
  commit: z.object({ verification: z.object({ verified: z.boolean() }).optional() }),
});
export type PullCommit = z.infer<typeof Commit>;

/** The commits of a pull request, oldest first; GitHub lists 250 at most. */
export async function listPullCommits(github: GitHub, place: Place, pull: number): Promise<Listed<PullCommit>> {
  const { items, complete } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/commits',
    { ...place, pull_number: pull },
    { item: Commit },
  );
  return { items, complete: complete && items.length < 250 };
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
