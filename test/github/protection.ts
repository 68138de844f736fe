import { approvalsOf } from './approvals.ts';
import { checksAllow } from './checks.ts';
import type { Pull, Repository } from './state.ts';

/**
 * What the rules of the base branch still ask of a pull request, on the head that it has now; null where nothing
 * (https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-protected-branches/about-protected-branches).
 */
export function blockedBy(repository: Repository, pull: Pull): string | null {
  const protection = repository.protection.get(pull.base.ref);
  if (protection === undefined) return null;
  for (const { app, name } of protection.checks) {
    const state = checksAllow(repository, pull.head.sha, name, app);
    if (state !== 'passed') return `Required status check "${name}" is ${state}.`;
  }
  if (approvalsOf(repository, pull) >= protection.approvals) return null;
  return `At least ${protection.approvals} approving review is required by reviewers with write access.`;
}
