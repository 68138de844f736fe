import { z } from 'zod';
import { Somebody } from './accounts.ts';
import { ask, type GitHub, type Place } from './client.ts';
import { Time } from './time.ts';

const Activity = z.object({
  id: z.int(),
  /** Where the branch was, and where it is since: commits. */
  before: z.string(),
  after: z.string(),
  /** Who pushed or merged, by their account at GitHub: whom commits name is anybody's to write. */
  actor: Somebody,
  /** When GitHub took it. */
  timestamp: Time,
  /** `push`, `force_push`, `pr_merge`, `merge_queue_merge`, `branch_creation`, `branch_deletion`. */
  activity_type: z.string(),
});
export type Activity = z.infer<typeof Activity>;

/**
 * What became of a branch, newest first: who pushed to it or merged into it, and when, by GitHub's own account of it
 * (https://docs.github.com/en/rest/repos/repos#list-repository-activities). The last hundred; it is no list with numbered
 * pages.
 */
export async function listActivity(github: GitHub, place: Place, branch: string): Promise<Activity[]> {
  const route = 'GET /repos/{owner}/{repo}/activity';
  return ask(github, route, { ...place, ref: `refs/heads/${branch}`, per_page: 100 }, z.array(Activity));
}
