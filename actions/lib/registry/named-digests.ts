import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '#registry/error.ts';
import { readBlobs } from '../git/blobs.ts';
import { runGit } from '../git/command.ts';
import type { GitRepository } from '../git/repository.ts';

/** What the registry ever spoke of. */
export interface Named {
  /** Every sha256 that stands anywhere in it: of artifacts, evidence, datasets, programs. */
  digests: Set<string>;
  /** Every place that ends with a sha256: where manifests say that artifacts lie. */
  uris: Set<string>;
}

const DIGEST = /(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])/g;
const URI = /(?:file:|s3:\/\/)[^\n"']*\/[0-9a-f]{64}(?![0-9a-f])/g;

/**
 * Looks through every file of registry/ that any commit of any branch, remote-tracking branch or tag has or had, the
 * index, and the working tree. The texts are searched rather than parsed: what is damaged, or of a later release, counts too.
 * `more` names further commits whose history counts.
 */
export async function namedDigests(repository: GitRepository, more: readonly string[]): Promise<Named> {
  const named: Named = { digests: new Set(), uris: new Set() };
  const search = (text: string) => {
    for (const [digest] of text.matchAll(DIGEST)) named.digests.add(digest);
    for (const [uri] of text.matchAll(URI)) named.uris.add(uri);
  };
  const blobs = await registryBlobs(repository, more);
  const missing = await readBlobs(repository, blobs, (_, bytes) => search(bytes.toString('utf8')));
  if (missing.length > 0) {
    throw new UserError(`${missing.length} files of the registry's history can't be read from git`, {
      fix: 'Run git fsck; or take a fresh clone.',
    });
  }
  for (const file of await filesBelow(join(repository.root, 'registry'))) search(await readFile(file, 'utf8'));
  return named;
}

/**
 * The tips of all branches that the remotes have now, so that none is overlooked that was pushed since the last fetch.
 * @throws UserError where a remote can't be asked, or has commits that this clone does not.
 */
export async function remoteTips(repository: GitRepository): Promise<string[]> {
  const remotes = (await runGit(repository, ['remote'])).stdout.toString('utf8').split('\n');
  const tips = new Set<string>();
  for (const remote of remotes.filter((name) => name !== '')) {
    const { status, stdout } = await runGit(repository, ['ls-remote', '--heads', '--', remote], {
      expected: [0, 1, 2, 128],
    });
    if (status !== 0) {
      throw new UserError(`the remote ${remote} can't be asked which branches it has`, {
        fix: 'Check the network and your access; or give --no-remotes, if this clone knows all branches.',
      });
    }
    for (const line of stdout.toString('utf8').split('\n')) {
      const [id = ''] = line.split('\t');
      if (/^[0-9a-f]{40,64}$/.test(id)) tips.add(id);
    }
  }
  const ids = [...tips];
  const known = await feed(repository, ['cat-file', '--batch-check=%(objectname)'], ids);
  const unknown = known.filter((line) => line.endsWith(' missing')).length;
  if (unknown === 0) return ids;
  throw new UserError(`${unknown} branches of the remotes have commits that this clone does not have`, {
    fix: 'Run git fetch --all --prune first: what those branches name must stay.',
  });
}

/** The ids of all files that registry/ ever had, on any branch, tag or in the index. */
function registryBlobs(repository: GitRepository, more: readonly string[]): Promise<string[]> {
  const only = ['--objects', '--no-object-names', '--filter=object:type=blob', '--filter-provided-objects'];
  const from = ['--all', '--indexed-objects', '--full-history', 'HEAD', '--stdin'];
  return feed(repository, ['rev-list', ...only, ...from, '--', 'registry'], more);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** The lines that git prints for lines that it is given. */
async function feed(repository: GitRepository, args: readonly string[], lines: readonly string[]): Promise<string[]> {
  const { stdout } = await runGit(repository, args, { input: lines.map((line) => `${line}\n`).join('') });
  return stdout
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '');
}
