import { type GitHub, GitHubError, type Place } from '#registry/github/client.ts';
import { readChecks } from '../snapshot/checks.ts';
import type { Check, Snapshot } from '../snapshot/snapshot.ts';

/** What an action turned out to be: GitHub said it already; or something changed since, and the next look decides afresh. */
export type Outcome = 'written' | 'same' | 'stale';

/** What whoever performs an action needs. */
export interface Hand {
  github: GitHub;
  place: Place;
  /** What the plan was made from. */
  snapshot: Snapshot;
  /** Whether the snapshot is so new still that what is to be written needs not be read again. */
  isFresh(): boolean;
  /** Our newest check runs on a commit; read once for all actions on it. */
  checksOn(commit: string): Promise<Check[]>;
}

export function createHand(github: GitHub, snapshot: Snapshot, isFresh: () => boolean): Hand {
  const { owner, repo } = snapshot.repository;
  const place = { owner, repo };
  const checks = new Map<string, Promise<Check[]>>();
  return {
    github,
    place,
    snapshot,
    isFresh,
    checksOn(commit) {
      const seen = isFresh() ? snapshot.pulls.find(({ head }) => head.sha === commit)?.checks : undefined;
      const read =
        checks.get(commit) ??
        (seen === undefined ? readChecks({ github, place }, commit, snapshot.us) : Promise.resolve(seen));
      checks.set(commit, read);
      return read;
    },
  };
}

/**
 * Writes once. Where no answer tells whether it happened (a timeout, 5xx, half an answer), asks instead of writing again:
 * whoever repeats a request whose reply was lost makes a second comment.
 * @param happened whether GitHub says now what it should
 */
export async function writeOnce(write: () => Promise<unknown>, happened: () => Promise<boolean>): Promise<'written'> {
  try {
    await write();
  } catch (error) {
    if (!(error instanceof GitHubError) || isRefusal(error) || !(await happened())) throw error;
  }
  return 'written';
}

/** GitHub did nothing: any 4xx but that the request took too long. */
function isRefusal({ status }: GitHubError): boolean {
  return status >= 400 && status < 500 && status !== 408;
}
