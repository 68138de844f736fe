import { z } from 'zod';
import { Somebody } from './accounts.ts';
import { ask, askIfThere, type GitHub, type Place } from './client.ts';
import { askAll } from './lists.ts';
import { Time } from './time.ts';

const IssueComment = z.object({
  id: z.int(),
  body: z
    .string()
    .nullish()
    .transform((body) => body ?? ''),
  user: Somebody,
  created_at: Time,
  updated_at: Time,
  performed_via_github_app: z.object({ id: z.int() }).nullish(),
  /** How many reactions there are of each kind. */
  reactions: z.object({ '+1': z.int(), confused: z.int() }).optional().catch(undefined),
});
export type IssueComment = z.infer<typeof IssueComment>;

/** The comments of a pull request, oldest first; 10,000 at most. */
export async function listComments(github: GitHub, place: Place, pull: number): Promise<IssueComment[]> {
  const { items } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
    { ...place, issue_number: pull },
    { item: IssueComment, pages: 100 },
  );
  return items;
}

/** One comment; null where it is gone. */
export async function getComment(github: GitHub, place: Place, id: number): Promise<IssueComment | null> {
  return askIfThere(
    github,
    'GET /repos/{owner}/{repo}/issues/comments/{comment_id}',
    { ...place, comment_id: id },
    IssueComment,
  );
}

export async function createComment(github: GitHub, place: Place, pull: number, body: string): Promise<IssueComment> {
  return ask(
    github,
    'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
    { ...place, issue_number: pull, body },
    IssueComment,
  );
}

export async function updateComment(github: GitHub, place: Place, id: number, body: string): Promise<IssueComment> {
  return ask(
    github,
    'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
    { ...place, comment_id: id, body },
    IssueComment,
  );
}

export async function deleteComment(github: GitHub, place: Place, id: number): Promise<void> {
  await askIfThere(
    github,
    'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}',
    { ...place, comment_id: id },
    z.unknown(),
  );
}
