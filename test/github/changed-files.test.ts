import { describe, expect, it } from 'vitest';
import { commitTree } from './commits.ts';
import { type GitFile, writeBlob } from './git.ts';
import { refMoved } from './pull-events.ts';
import { testGitHub } from './scene.ts';

const place = { owner: 'acme', repo: 'models' };

/** A file's content; with its mode where that is not an ordinary file's. A submodule's is its commit. */
type Tree = Record<string, string | Buffer | [GitFile['mode'], string]>;

/** A pull request from one commit to the next, and what each route that lists changed files says of it. */
function setUp(before: Tree, after: Tree) {
  const github = testGitHub();
  const repo = github.createRepository('acme/models', { by: 'olga' });
  const { objects, repositories } = github.world;
  const [repository] = repositories;
  if (repository === undefined) throw new Error('the double has no repository');
  const commit = (branch: string, tree: Tree) => {
    const files = Object.entries(tree).map(([path, file]): [string, GitFile] => {
      const [mode, content] = Array.isArray(file) ? file : (['100644', file] as const);
      return [path, { mode, sha: mode === '160000' ? String(content) : writeBlob(objects, content) }];
    });
    const sha = commitTree(github.world, new Map(files), { author: 'ann', message: 'Change', parents: [repo.head()] });
    refMoved(github.world, repository, { ref: `refs/heads/${branch}`, before: null, after: sha, by: 'ann' });
  };
  commit('main', before);
  commit('work', after);
  const pull_number = repo.openPull({ head: 'work', by: 'ann' });
  const client = github.asPerson('olga');
  const get = async (route: string, parameters: object) =>
    Object((await client.request(`GET /repos/{owner}/{repo}/${route}`, { ...place, ...parameters })).data);
  return {
    get,
    pull: () => get('pulls/{pull_number}', { pull_number }),
    commit: () => get('commits/{ref}', { ref: 'work' }),
    files: () => get('pulls/{pull_number}/files', { pull_number, per_page: 100 }),
    compared: async () => (await get('compare/{basehead}', { basehead: 'main...work' })).files,
  };
}

/** What is listed of a file, without its addresses. */
const listed = (files: Record<string, unknown>[]) =>
  Object.fromEntries(
    files.map(({ additions, changes, deletions, filename, patch, previous_filename, status }) => [
      filename,
      [status, additions, deletions, changes, ...[patch, previous_filename].filter((one) => one !== undefined)],
    ]),
  );

const many = (count: number, text: string) => Array.from({ length: count }, (_, i) => `${text} ${i}\n`).join('');

describe('changed files', () => {
  const [a, b] = ['a'.repeat(40), 'b'.repeat(40)];
  const before: Tree = {
    binary: Buffer.from([1, 0, 2]),
    edited: '1\n2\n3\n4\n5\n6\n7\n8\n',
    empty: 'not yet\n',
    link: ['120000', 'edited'],
    mode: 'exit\n',
    module: ['160000', a],
    moved: 'as it was\n',
    went: 'x\ny',
  };
  const after: Tree = {
    binary: Buffer.from([1, 0, 3]),
    came: 'x\n',
    edited: '1\n2\n3\n4\nfive\n6\n7\n8\n9\n',
    empty: '',
    link: ['120000', 'other'],
    mode: ['100755', 'exit\n'],
    module: ['160000', b],
    'sub/moved': 'as it was\n',
    void: '',
  };
  const expected = {
    binary: ['modified', 0, 0, 0],
    came: ['added', 1, 0, 1, '@@ -0,0 +1 @@\n+x'],
    edited: ['modified', 2, 1, 3, '@@ -2,7 +2,8 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n+9'],
    empty: ['modified', 0, 1, 1, '@@ -1 +0,0 @@\n-not yet'],
    link: [
      'modified',
      1,
      1,
      2,
      '@@ -1 +1 @@\n-edited\n\\ No newline at end of file\n+other\n\\ No newline at end of file',
    ],
    mode: ['modified', 0, 0, 0],
    module: ['modified', 1, 1, 2, `@@ -1 +1 @@\n-Subproject commit ${a}\n+Subproject commit ${b}`],
    'sub/moved': ['renamed', 0, 0, 0, 'moved'],
    void: ['added', 0, 0, 0],
    went: ['removed', 0, 2, 2, '@@ -1,2 +0,0 @@\n-x\n-y\n\\ No newline at end of file'],
  };

  it('are listed with their patches, where there are lines to show', async () => {
    const { commit, compared, files } = setUp(before, after);
    expect(listed(await files())).toEqual(expected);
    expect(listed(await compared())).toEqual(expected);
    expect(listed((await commit()).files)).toEqual(expected);
  });

  it('have the digest of their content, one that went of that before', async () => {
    const { compared, get } = setUp(before, after);
    for (const { filename, sha, status } of await compared()) {
      const at = { path: filename, ref: status === 'removed' ? 'main' : 'work' };
      if (filename === 'module') expect(sha).toBe(b);
      else expect((await get('contents/{path}', at)).sha, filename).toBe(sha);
    }
  });

  it('are counted for a commit and for a pull request', async () => {
    const { commit, pull } = setUp(before, after);
    expect((await commit()).stats).toEqual({ additions: 5, deletions: 6, total: 11 });
    expect(await pull()).toMatchObject({ additions: 5, deletions: 6, changed_files: 10 });
  });
});

describe('a patch is left out', () => {
  it.each<[string, string]>([
    ['20,000 lines', many(20_000, 'a')],
    ['500 KB', `${'a'.repeat(500 * 1024)}\n`],
  ])('of a file with more than %s of it, which is counted none the less', async (_, large) => {
    const { files } = setUp({}, { large, small: 'x\n' });
    const additions = large.split('\n').length - 1;
    expect(listed(await files())).toEqual({
      large: ['added', additions, 0, additions],
      small: ['added', 1, 0, 1, '@@ -0,0 +1 @@\n+x'],
    });
  });

  it.each<[string, string]>([
    ['20,000 lines', many(9000, 'a')],
    ['1 MB', `${'a'.repeat(400 * 1024)}\n`],
  ])('where it and those before have more than %s together', async (_, text) => {
    const { files } = setUp({}, { a: text, b: text, c: text });
    const shown = (await files()).map(({ patch }: { patch?: string }) => patch !== undefined);
    expect(shown).toEqual([true, true, false]);
  });
});
