import type { Commit, FileChange } from '#registry/history/commit.ts';
import { runGit } from './command.ts';
import { type GitRepository, resolveCommit } from './repository.ts';

/** Two empty fields begin a commit: neither a path nor an object id is ever empty. */
const FORMAT = ['', '', '%H', '%P', '%an', '%ae', '%cn', '%ce', '%ct', '%B', '%(trailers:only,unfold)'].join('%x00');
const FIELDS = 9;
const RAW = ['-z', '--raw', '--no-abbrev', '--no-renames', '--no-color', '--no-notes', '--no-mailmap', '--no-ext-diff'];
/** A merge is told by what it changed of the branch that it went into. */
const ALONG = ['--first-parent', '-m', '--root', '--relative', '--ignore-submodules=none', '--encoding=UTF-8'];

export interface LogRequest {
  /** Files or folders from the root. Only commits that change one of them are listed. */
  paths: readonly string[];
  /** The commit whose history is read; by default the one that is checked out. */
  to?: string;
  /** Leaves out this commit and all before it. */
  after?: string;
  /** Tells all that the commits changed, rather than only what they changed of the paths. */
  full?: boolean;
}

/**
 * The commits along the first parents of a commit, oldest first, each with what it did to the paths: the states that
 * this branch has had, one after another.
 */
export async function readLog(repository: GitRepository, request: LogRequest): Promise<Commit[]> {
  const { paths, to = repository.head, after, full = false } = request;
  const { stdout } = await runGit(repository, [
    'log',
    ...RAW,
    ...ALONG,
    `--format=${FORMAT}`,
    ...(full ? ['--full-diff'] : []),
    ...(after === undefined ? [to] : [`${after}..${to}`]),
    '--',
    ...paths.map((path) => `:(literal)${path}`),
  ]);
  return parseLog(stdout.toString('utf8')).reverse();
}

/** Some commits, in the order of their ids, each with all that it changed of its first parent. */
export async function readCommits(repository: GitRepository, ids: readonly string[]): Promise<Commit[]> {
  // Of none git would take the one that is checked out.
  if (ids.length === 0) return [];
  const args = ['log', ...RAW, ...ALONG, `--format=${FORMAT}`, '--no-walk=unsorted', '--stdin'];
  const { stdout } = await runGit(repository, args, { aside: true, input: `${ids.join('\n')}\n` });
  return parseLog(stdout.toString('utf8'));
}

/** One commit, without what it changed; null where this clone does not have it. */
export async function readCommit(repository: GitRepository, id: string): Promise<Commit | null> {
  const commit = /^[0-9a-f]{40,64}$/.test(id) ? await resolveCommit(repository, id) : null;
  if (commit === null) return null;
  const args = ['log', '-z', '--max-count=1', '--no-mailmap', '--no-notes', '--encoding=UTF-8'];
  const { stdout } = await runGit(repository, [...args, `--format=${FORMAT}`, '--no-patch', commit, '--']);
  return parseLog(stdout.toString('utf8'))[0] ?? null;
}

/** The ids of all commits along the first parents of what is checked out, the newest first. */
export async function firstParents(repository: GitRepository): Promise<string[]> {
  const { stdout } = await runGit(repository, ['rev-list', '--first-parent', repository.head, '--']);
  return stdout.toString('utf8').trimEnd().split('\n');
}

/** What `git log -z --raw` prints with FORMAT. */
function parseLog(text: string): Commit[] {
  const tokens = text.split('\0');
  const commits: Commit[] = [];
  let at = 0;
  while (at + 2 + FIELDS <= tokens.length) {
    const [id, parents, an, ae, cn, ce, seconds, message, trailers] = tokens.slice(at + 2, at + 2 + FIELDS);
    at += 2 + FIELDS;
    const changes: FileChange[] = [];
    while (at + 1 < tokens.length && /^\n?:/.test(tokens[at])) {
      changes.push(changeOf(tokens[at], tokens[at + 1]));
      at += 2;
    }
    commits.push({
      id,
      parents: parents === '' ? [] : parents.split(' '),
      author: { name: an, email: ae },
      committer: { name: cn, email: ce },
      date: new Date(1000 * Number(seconds)).toISOString(),
      message: message.trimEnd(),
      trailers: trailers.split('\n').filter((line) => line.trim() !== ''),
      changes,
    });
  }
  return commits;
}

const NOTHING = /^0+$/;

/** `:100644 100644 <before> <after> M` */
function changeOf(meta: string, path: string): FileChange {
  const [, mode, before, after] = meta.trim().split(' ');
  return {
    path,
    before: NOTHING.test(before) ? null : before,
    after: NOTHING.test(after) ? null : after,
    kind: mode === '120000' ? 'link' : mode === '160000' ? 'submodule' : 'file',
  };
}
