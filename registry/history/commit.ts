/** What a commit, or the working tree, did to one file. */
export interface FileChange {
  /** From the repository's root, with slashes. */
  path: string;
  /** Id of the content before and after; null where the file was not there, or no longer is. */
  before: string | null;
  after: string | null;
  /** What `after` is: only files are read. */
  kind: 'file' | 'link' | 'submodule';
}

export interface Person {
  name: string;
  email: string;
}

/** One commit along a branch, with what it did to the branch: a merge did all that it brought. */
export interface Commit {
  /** Null for what is not committed yet. */
  id: string | null;
  parents: string[];
  author: Person;
  committer: Person;
  /** When it was committed, in ISO 8601 (UTC), by the clock of whoever did it: git believes them. */
  date: string;
  message: string;
  /** `Reviewed-by: …` and the like, one a line, as git reads them out of the message. */
  trailers: string[];
  changes: FileChange[];
}

/** `1a2b3c4d5e`, or `not committed`. */
export function shortId(id: string | null): string {
  return id === null ? 'not committed' : id.slice(0, 10);
}

/** The first line of a commit's message. */
export function subject({ message }: Pick<Commit, 'message'>): string {
  return message.split('\n', 1)[0]?.trim() ?? '';
}
