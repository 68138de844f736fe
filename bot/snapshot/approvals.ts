import type { Permission } from '#registry/github/permissions.ts';
import { listPullCommits, type PullRequest } from '#registry/github/pulls.ts';
import { listReviews } from '#registry/github/reviews.ts';
import type { Source } from './memory.ts';
import { personOf } from './person.ts';
import type { Pull, Review } from './snapshot.ts';

/** Who approved a pull request, and who wrote it. */
export async function readApprovals(
  { github, place }: Source,
  { head, number }: PullRequest,
  permissionOf: (login: string) => Promise<Permission>,
): Promise<Pick<Pull, 'reviews' | 'commits'>> {
  const { complete, items } = await listPullCommits(github, place, number);
  const commits = items.map(({ author, commit, committer, sha }) => ({
    sha,
    author: author === null ? null : personOf(author),
    committer: committer === null ? null : personOf(committer),
    verified: commit.verification?.verified ?? false,
  }));
  const reviews: Review[] = [];
  for (const { commit_id: commit = null, id, state, submitted_at: at, user } of await allReviews()) {
    if (at === undefined) continue;
    const author = personOf(user);
    const counts = state === 'APPROVED' && commit === head.sha && author.type === 'User';
    const permission = counts ? await permissionOf(author.login) : null;
    reviews.push({ id, author, state, commit, submittedAt: at, permission });
  }
  // Of a head that has moved meanwhile, they would be the commits of another one.
  const areOfHead = commits.some(({ sha }) => sha === head.sha);
  return { commits: complete && areOfHead ? commits : null, reviews };

  /** None where there are too many: whether a later one takes an approval back can't be told then. */
  async function allReviews() {
    return (await listReviews(github, place, number)) ?? [];
  }
}
