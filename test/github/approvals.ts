import { roleOf } from './roles.ts';
import type { Pull, Repository, Review } from './state.ts';

/**
 * Approvals that count for a protected branch: the last word of each person who may write, whatever its commit (new pushes
 * dismiss approvals only where the branch is set up so).
 */
export function approvalsOf(repository: Repository, pull: Pull): number {
  const last = new Map<string, Review['state']>();
  for (const { author, state } of pull.reviews)
    if (state !== 'COMMENTED' && state !== 'PENDING') last.set(author, state);
  return [...last].filter(
    ([login, state]) =>
      state === 'APPROVED' &&
      login !== pull.author &&
      ['write', 'maintain', 'admin'].includes(roleOf(repository, login)),
  ).length;
}
