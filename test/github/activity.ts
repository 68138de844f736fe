import { ancestors } from './git.ts';
import type { Movement } from './pull-events.ts';
import { type Activity, newId, type Repository, type World } from './state.ts';

/**
 * Keeps what became of a branch, with who did it and when, which no commit tells
 * (https://docs.github.com/en/repositories/viewing-activity-and-data-for-your-repository/using-the-activity-view-to-see-changes-to-a-repository).
 */
export function noteActivity(world: World, repository: Repository, movement: Movement): void {
  const { after, before, by, ref } = movement;
  if (!ref.startsWith('refs/heads/') || before === after) return;
  const type = typeOf(world, movement);
  repository.activities.push({ id: newId(world), type, ref, before, after, by, at: world.now });
}

function typeOf({ objects }: World, { after, before, merges }: Movement): Activity['type'] {
  if (before === null) return 'branch_creation';
  if (after === null) return 'branch_deletion';
  if (merges === true) return 'pr_merge';
  return ancestors(objects, after).has(before) ? 'push' : 'force_push';
}
