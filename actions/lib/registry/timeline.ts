import { UserError } from '#registry/error.ts';
import type { Contents } from '#registry/fsck/model-state.ts';
import type { Commit, FileChange } from '#registry/history/commit.ts';
import { squash } from '#registry/history/squash.ts';
import { readCachedLog } from '../git/cached-log.ts';
import { firstParents } from '../git/log.ts';
import { type GitRepository, resolveCommit } from '../git/repository.ts';
import { readTree } from '../git/tree.ts';
import { readUncommitted } from '../git/uncommitted.ts';
import { openContents } from './contents.ts';

/** The states that registry/ has had, oldest first, and what their files hold. */
export interface Timeline {
  /** What is not committed comes last, where there is anything. */
  commits: Commit[];
  contents: Contents;
  /** Whether the first commit is the state that history begins with for us, rather than a step. */
  given: boolean;
}

/**
 * @param since A commit, tag or branch: what was before it is taken as it is.
 * @param now The clock, for what is not committed yet.
 */
export async function readTimeline(
  repository: GitRepository,
  { since, now }: { since: string | null; now: Date },
): Promise<Timeline> {
  const status = readUncommitted(repository, 'registry');
  const reader = await openContents(
    repository,
    status.then(({ contents }) => contents),
  );
  const [history, uncommitted] = await Promise.all([
    readCachedLog(repository, 'registry'),
    status,
    // Nearly all that history names is still there: it is read while git goes through the commits.
    readTree(repository, 'registry').then(reader.read),
  ]);
  const { commits, given } =
    since === null
      ? { commits: history, given: repository.shallow && history[0]?.parents.length === 0 }
      : await from(repository, history, since);
  if (uncommitted.changes.length > 0) commits.push(notCommitted(uncommitted.changes, now));
  await reader.read(commits.flatMap(({ changes }) => changes.flatMap(stillFile)));
  return { commits, contents: await reader.contents(), given };
}

function stillFile({ path, after, kind }: FileChange): { path: string; id: string }[] {
  return after === null || kind !== 'file' ? [] : [{ path, id: after }];
}

async function from(
  repository: GitRepository,
  history: Commit[],
  since: string,
): Promise<Pick<Timeline, 'commits' | 'given'>> {
  const commit = await resolveCommit(repository, since);
  const chain = await firstParents(repository);
  const at = commit === null ? -1 : chain.indexOf(commit);
  if (at === -1) {
    throw new UserError(`${JSON.stringify(since)} is no commit on the first-parent history of what is checked out`, {
      fix: 'Give a commit that git log --first-parent lists.',
    });
  }
  // The chain runs from the newest to the oldest.
  const later = new Set(chain.slice(0, at));
  const given = squash(history.filter(({ id }) => id !== null && !later.has(id)));
  const rest = history.filter(({ id }) => id !== null && later.has(id));
  return given === null ? { commits: rest, given: false } : { commits: [given, ...rest], given: true };
}

function notCommitted(changes: Commit['changes'], now: Date): Commit {
  const nobody = { name: '', email: '' };
  const date = now.toISOString();
  return { id: null, parents: [], author: nobody, committer: nobody, date, message: '', trailers: [], changes };
}
