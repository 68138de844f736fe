import { commitTree } from './commits.ts';
import { mergeFiles } from './git-merge.ts';
import { blockedBy } from './protection.ts';
import { closePull, refMoved } from './pull-events.ts';
import { baseTip } from './pulls.ts';
import { Refusal } from './route.ts';
import type { Pull, Repository, World } from './state.ts';

export interface MergeWanted {
  by: string;
  /** The head that it must have. */
  sha: string | null;
  method: string;
  title: string | null;
}

/**
 * Merges, or says why not: 405 for what can't be merged, 409 where the head is not the wanted one
 * (https://docs.github.com/en/rest/pulls/pulls#merge-a-pull-request).
 */
export function mergePull(
  world: World,
  repository: Repository,
  pull: Pull,
  { by, method, sha, title }: MergeWanted,
): string {
  if (pull.state !== 'open') throw new Refusal(405, 'Pull Request is not mergeable');
  if (pull.draft) throw new Refusal(405, 'Pull Request is still a draft');
  if (sha !== null && sha !== pull.head.sha)
    throw new Refusal(409, 'Head branch was modified. Review and try the merge again.');
  const blocked = blockedBy(repository, pull);
  if (blocked !== null) throw new Refusal(405, blocked);
  const tip = baseTip(repository, pull);
  const files = mergeFiles(world.objects, tip, pull.head.sha);
  if (files === null) throw new Refusal(405, 'Pull Request is not mergeable');
  const message = title ?? `Merge pull request #${pull.number} from ${pull.head.owner}/${pull.head.ref}`;
  const parents = method === 'merge' ? [tip, pull.head.sha] : [tip];
  const merged = commitTree(world, files, { author: by, committer: by, message, parents });
  pull.mergedAt = world.now;
  pull.mergedBy = by;
  pull.mergeCommit = merged;
  closePull(world, repository, pull, by);
  refMoved(world, repository, { ref: `refs/heads/${pull.base.ref}`, before: tip, after: merged, by, merges: true });
  return merged;
}
