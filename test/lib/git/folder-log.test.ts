import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readFolderLog } from '#lib/git/folder-log.ts';
import { readLog } from '#lib/git/log.ts';
import { openRepository } from '#lib/git/repository.ts';
import { type GitRegistry, gitRegistry, soundRegistry } from '../../fixtures/git-registry.ts';

const open = ({ root }: { root: string }) =>
  openRepository({ root, env: { PATH: process.env['PATH'] }, signal: new AbortController().signal });

/** Both ways to ask git are held against each other, from the start and from after each commit. */
async function expectSame(repository: Pick<GitRegistry, 'root' | 'git'>, folder = 'registry') {
  const opened = await open(repository);
  const all = await readFolderLog(opened, folder);
  expect(all).toEqual(await readLog(opened, { paths: [folder] }));
  for (const after of repository.git('rev-list', '--first-parent', 'HEAD').split('\n')) {
    expect(await readFolderLog(opened, folder, after)).toEqual(await readLog(opened, { paths: [folder], after }));
  }
  return all;
}

describe('readFolderLog', () => {
  it('tells what readLog tells, of merges too, and of commits that change other files besides', async () => {
    const repository = gitRegistry(soundRegistry());
    repository.write('models/shop/model.yaml', 'name: shop\n');
    repository.commit('Elsewhere');
    repository.write('models/shop/model.yaml', 'name: shop2\n');
    repository.write('registry/shop/größe x.md', 'y\n');
    repository.write('registry.md', 'beside\n');
    repository.commit('Both');
    const all = await expectSame(repository);
    expect(all).toHaveLength(7);
    expect(all.at(-1)?.changes.map(({ path }) => path)).toEqual(['registry/shop/größe x.md']);
    expect(all.at(-2)?.parents).toHaveLength(2);
    expect(all.at(-2)?.changes).toHaveLength(4);
  });

  it('tells of folders that come late, go, come back, or are a link or a submodule', async () => {
    const repository = gitRegistry();
    repository.write('README.md', 'x\n');
    const first = repository.commit('Begin');
    repository.git('update-index', '--add', '--cacheinfo', `160000,${first},registry`);
    repository.git('commit', '--quiet', '--message', 'A submodule');
    repository.git('update-index', '--add', '--cacheinfo', `160000,${'1'.repeat(40)},registry`);
    repository.git('commit', '--quiet', '--message', 'Another submodule');
    expect((await expectSame(repository)).map(({ changes }) => changes[0]?.kind)).toEqual(['submodule', 'submodule']);
    repository.git('rm', '--quiet', '--cached', 'registry');
    repository.git('commit', '--quiet', '--message', 'None');
    repository.register('1.0.0');
    repository.commit('A folder');
    repository.remove('registry');
    repository.commit('Gone');
    repository.write('README.md', 'y\n');
    repository.commit('Elsewhere');
    repository.git('update-index', '--add', '--cacheinfo', `160000,${'2'.repeat(40)},registry`);
    repository.git('commit', '--quiet', '--message', 'A submodule again');
    repository.git('rm', '--quiet', '--cached', 'registry');
    symlinkSync('elsewhere', repository.path('registry'));
    repository.commit('A link');
    expect((await expectSame(repository)).map(({ message }) => message)).toEqual([
      'A submodule',
      'Another submodule',
      'None',
      'A folder',
      'Gone',
      'A submodule again',
      'A link',
    ]);
  });

  it('tells of none where there never was one, and of one in a folder of a larger repository', async () => {
    const repository = gitRegistry();
    repository.write('teams/größe x/registry/shop/channels.yaml', '{}\n');
    repository.commit('A folder deep down');
    repository.write('registry/shop/channels.yaml', '{}\n');
    repository.commit('One above');
    expect(await expectSame(repository, 'nowhere')).toEqual([]);
    const inner = await expectSame({ ...repository, root: repository.path('teams/größe x') });
    expect(inner.map(({ message }) => message)).toEqual(['A folder deep down']);
  });

  it('keeps the order of more commits than one git is given', async () => {
    const repository = gitRegistry();
    const stream = Array.from({ length: 2100 }, (_, k) => {
      const text = `${k}`;
      return `commit refs/heads/main\ncommitter A <a@example.com> ${1_700_000_000 + k} +0000\ndata 1\nx\nM 100644 inline registry/m/${k % 7}.txt\ndata ${text.length}\n${text}\n`;
    });
    execFileSync('git', ['-C', repository.root, 'fast-import', '--quiet'], { input: stream.join('') });
    const opened = await open(repository);
    const all = await readFolderLog(opened, 'registry');
    expect(all).toHaveLength(2100);
    expect(all).toEqual(await readLog(opened, { paths: ['registry'] }));
  });
});
