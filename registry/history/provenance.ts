import type { Commit, Person } from './commit.ts';
import { subject } from './commit.ts';

/** Who stands behind a commit, as far as git tells: all of it is what they wrote, none of it is proved. */
export interface Provenance {
  author: Person;
  /** Null where it is the author. */
  committer: Person | null;
  /** The pull request that a merge or squash by GitHub names in its first line. */
  pull_request: number | null;
  co_authors: string[];
  /** `Reviewed-by`, `Approved-by` and `Acked-by` of the message. */
  reviewers: string[];
}

export function provenance(commit: Commit): Provenance {
  const { author, committer, trailers } = commit;
  const isOther = author.name !== committer.name || author.email !== committer.email;
  const first = subject(commit);
  const number = /^Merge pull request #(\d{1,9}) from /.exec(first)?.[1] ?? / \(#(\d{1,9})\)$/.exec(first)?.[1];
  return {
    author,
    committer: isOther ? committer : null,
    pull_request: number === undefined ? null : Number(number),
    co_authors: valuesOf(trailers, /^co-authored-by$/i),
    reviewers: valuesOf(trailers, /^(reviewed|approved|acked)-by$/i),
  };
}

function valuesOf(trailers: readonly string[], key: RegExp): string[] {
  return trailers.flatMap((line) => {
    const [, name, value] = /^([\w-]+)\s*:\s*(.*)$/.exec(line) ?? [];
    return name !== undefined && value !== undefined && key.test(name) ? [value.trim()] : [];
  });
}

/** Why a commit was made, in its own words: of a merge by GitHub the pull request's title, else the first line. */
export function reason(commit: Commit): string {
  const [first = '', ...rest] = commit.message.split('\n').map((line) => line.trim());
  const title = rest.find((line) => line !== '');
  return /^Merge pull request #\d+ from /.test(first) && title !== undefined ? title : first;
}
