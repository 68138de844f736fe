import { z } from 'zod';
import { ask, type GitHub, type Place } from './client.ts';

/** Reacts to a comment; the same reaction twice is one. */
export async function createReaction(github: GitHub, place: Place, comment: number, content: string): Promise<void> {
  await ask(
    github,
    'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
    { ...place, comment_id: comment, content },
    z.object({ content: z.literal(content) }),
  );
}
