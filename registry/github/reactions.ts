import { z } from 'zod';
import { Somebody } from './accounts.ts';
import { ask, type GitHub, type Place } from './client.ts';
import { askAll } from './lists.ts';

/** Reacts to a comment; the same reaction twice is one. */
export async function createReaction(github: GitHub, place: Place, comment: number, content: string): Promise<void> {
  await ask(
    github,
    'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
    { ...place, comment_id: comment, content },
    z.object({ content: z.literal(content) }),
  );
}

const Reaction = z.object({ content: z.string(), user: Somebody });
export type Reaction = z.infer<typeof Reaction>;

export async function listReactions(github: GitHub, place: Place, comment: number): Promise<Reaction[]> {
  const { items } = await askAll(
    github,
    'GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
    { ...place, comment_id: comment },
    { item: Reaction },
  );
  return items;
}
