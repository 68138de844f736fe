import { z } from 'zod';
import { Somebody } from './accounts.ts';
import { type GitHub, type Place } from './client.ts';
import { askAll } from './lists.ts';
import { Time } from './time.ts';

const Review = z.object({
  id: z.int(),
  user: Somebody,
  state: z.string(),
  commit_id: z.string().nullish(),
  /** Not there while it is pending. */
  submitted_at: Time.optional(),
});
export type Review = z.infer<typeof Review>;

/** The reviews of a pull request, oldest first; null where there are more than anybody reads (3,000). */
export async function listReviews(github: GitHub, place: Place, pull: number): Promise<Review[] | null> {
  const { items, complete } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
    { ...place, pull_number: pull },
    { item: Review },
  );
  return complete ? items : null;
}
