import { accountOf, userJson } from './accounts.ts';
import { type Commit, commitFiles, type Files, type Signature, writeBlob, writeCommit, writeFiles } from './git.ts';
import { apiUrl, webUrl } from './repositories.ts';

import { isoSeconds, type Json, nodeId, type Repository, type World } from './state.ts';

export const shaPattern = /^[0-9a-f]{40}$/;

/** The commit that a branch, a full ref or a digest names. */
export function resolve(world: World, repository: Repository, name: string): string | null {
  for (const ref of [`refs/heads/${name}`, `refs/${name}`, `refs/tags/${name}`, name]) {
    const sha = repository.refs.get(ref);
    if (sha !== undefined) return sha;
  }
  return world.objects.commits.has(name) ? name : null;
}

export function commitOf(world: World, sha: string): Commit {
  const commit = world.objects.commits.get(sha);
  if (commit === undefined) throw new Error(`there is no commit ${sha}`);
  return commit;
}

/** Whom GitHub finds behind a commit's address of e-mail. */
export const emailOf = (login: string): string => `${login}@users.noreply.github.com`;
const loginOf = (email: string): string | null =>
  /^(?:\d+\+)?(.+)@users\.noreply\.github\.com$/.exec(email)?.[1] ?? null;

export const signatureOf = (login: string, date: Date): Signature => ({ name: login, email: emailOf(login), date });

const userAt = (world: World, email: string): string | null => {
  const login = loginOf(email);
  return login !== null && world.accounts.has(login.toLowerCase()) ? login : null;
};

export interface CommitOptions {
  author: string;
  committer?: string;
  message: string;
  parents: string[];
}

/** Writes a commit whose files are those of its first parent with some changed; null takes one away. */
export function commitChanges(
  world: World,
  changes: Record<string, string | Uint8Array | null>,
  options: CommitOptions,
): string {
  const [parent] = options.parents;
  const files = parent === undefined ? new Map() : commitFiles(world.objects, parent);
  for (const [path, content] of Object.entries(changes)) {
    if (content === null) files.delete(path);
    else files.set(path, { mode: '100644', sha: writeBlob(world.objects, content) });
  }
  return commitTree(world, files, options);
}

export function commitTree(
  world: World,
  files: Files,
  { author, committer = author, message, parents }: CommitOptions,
): string {
  return writeCommit(world.objects, {
    tree: writeFiles(world.objects, files),
    parents,
    author: signatureOf(author, world.now),
    committer: signatureOf(committer, world.now),
    message,
  });
}

const signed = ({ name, email, date }: Signature): Json => ({ name, email, date: isoSeconds(date) });
const unsigned = { verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null };

/** As the git database's routes show a commit. */
export function gitCommitJson(world: World, repository: Repository, sha: string): Json {
  const { author, committer, message, parents, tree } = commitOf(world, sha);
  return {
    sha,
    node_id: nodeId('Commit', sha),
    url: `${apiUrl(repository)}/git/commits/${sha}`,
    html_url: `${webUrl(repository)}/commit/${sha}`,
    author: signed(author),
    committer: signed(committer),
    tree: { sha: tree, url: `${apiUrl(repository)}/git/trees/${tree}` },
    message,
    parents: parents.map((one) => parentJson(repository, one, 'git/commits')),
    verification: unsigned,
  };
}

const parentJson = (repository: Repository, sha: string, path: string): Json => ({
  sha,
  url: `${apiUrl(repository)}/${path}/${sha}`,
  html_url: `${webUrl(repository)}/commit/${sha}`,
});

/** As lists of commits show one: with the accounts behind the addresses, where there are some. */
export function commitJson(world: World, repository: Repository, sha: string): Json {
  const { author, committer, message, parents, tree } = commitOf(world, sha);
  const account = ({ email }: Signature) => {
    const login = userAt(world, email);
    return login === null ? null : userOf(world, login);
  };
  return {
    sha,
    node_id: nodeId('Commit', sha),
    url: `${apiUrl(repository)}/commits/${sha}`,
    html_url: `${webUrl(repository)}/commit/${sha}`,
    comments_url: `${apiUrl(repository)}/commits/${sha}/comments`,
    commit: {
      url: `${apiUrl(repository)}/git/commits/${sha}`,
      author: signed(author),
      committer: signed(committer),
      message,
      comment_count: 0,
      tree: { sha: tree, url: `${apiUrl(repository)}/git/trees/${tree}` },
      verification: unsigned,
    },
    author: account(author),
    committer: account(committer),
    parents: parents.map((one) => parentJson(repository, one, 'commits')),
  };
}

const userOf = (world: World, login: string): Json => userJson(accountOf(world, login));
