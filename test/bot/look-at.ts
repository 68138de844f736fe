import type { GitHub } from '#registry/github/client.ts';
import type { Done } from '../../bot/apply.ts';
import { look } from '../../bot/look.ts';
import type { Scene } from '../github/scene.ts';

/** One look of the bot at a scene's repository, by its client or by that of another worker. */
export async function lookAt({ client, github, repo, us }: Scene, by: GitHub = client): Promise<Done[]> {
  const { done } = await look(by, { owner: repo.owner, repo: repo.repo }, us, github.now());
  return done;
}
