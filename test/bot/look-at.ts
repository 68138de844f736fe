import type { GitHub } from '#registry/github/client.ts';
import { look } from '../../bot/look.ts';
import type { Scene } from '../github/scene.ts';

/** One look of the bot at a scene's repository, by its client or by that of another worker. */
export function lookAt({ client, github, repo, us }: Scene, by: GitHub = client): ReturnType<typeof look> {
  return look(by, { owner: repo.owner, repo: repo.repo }, us, github.now());
}
