import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { gitFolder } from '../fixtures/history.ts';
import { versionDocument } from '../fixtures/version.ts';
import { testWorld } from '../fixtures/world.ts';

async function gto(root: string, ...more: string[]) {
  const world = testWorld(root, { PATH: process.env['PATH'] });
  const argv = ['gto', '--model', 'shop', '--root', root, ...more];
  const status = await runCommandLine(argv, { gto: () => import('../../actions/cli/gto.ts') }, world);
  return { status, said: [...world.printed, ...world.errors].join('\n') };
}

const quarantined = (version: string) => ({
  version,
  digest: versionDocument(version).artifact.digest,
  reason: 'Recall fell.',
});

const gitOf =
  (root: string) =>
  (...args: string[]) =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8' }).trim();

/** Every tag with the commit that it stands at. */
function tagsOf(git: (...args: string[]) => string): Record<string, string> {
  const lines = git('for-each-ref', '--format=%(refname:strip=2) %(*objectname)', 'refs/tags').split('\n');
  return Object.fromEntries(lines.filter((line) => line !== '').map((line) => line.split(' ')));
}

describe('tiltyard gto', () => {
  it('tells what the history tells: versions at the commits that registered them, stages at their versions', async () => {
    const { root, git, commit } = gitFolder();
    const first = commit({ registers: ['1.0.0'], channels: { champion: '1.0.0' } });
    const second = commit({ registers: ['1.1.0'], merged: true });
    commit({ channels: { champion: '1.0.0', canary: { version: '1.1.0', traffic: 5 } }, merged: true });
    commit({ channels: { champion: '1.0.0', canary: { version: '1.1.0', traffic: 50 } } });
    commit({ channels: { champion: '1.1.0', retired: ['1.0.0'] } });
    expect((await gto(root)).status).toBe(0);
    const upTo = {
      'shop@v1.0.0': first,
      'shop#champion#1': first,
      'shop@v1.1.0': second,
      'shop#canary#2': second,
      'shop#champion!#3': first,
      'shop#canary!#4': second,
      'shop#champion#5': second,
    };
    expect(tagsOf(git)).toEqual(upTo);

    // A longer history adds to the tags that are there.
    commit({ channels: { champion: '1.0.0', quarantined: [quarantined('1.1.0')] } });
    const { said } = await gto(root);
    const rolledBack = { 'shop#champion!#6': second, 'shop#quarantined#7': second, 'shop#champion#8': first };
    expect(tagsOf(git)).toEqual({ ...upTo, ...rolledBack });
    expect(said).toContain('10 tags of shop, 3 of them new');
  });

  it('gives the same tags in every clone, to the bit, and none twice', async () => {
    const { root, git, commit } = gitFolder();
    commit({ registers: ['1.0.0'], channels: { champion: '1.0.0' } });
    commit({ registers: ['1.1.0'] });
    const clone = join(root, 'clone');
    execFileSync('git', ['clone', '--quiet', root, clone]);
    await gto(root);
    await gto(clone);
    const objects = () => git('for-each-ref', '--format=%(objectname) %(refname)', 'refs/tags');
    const there = execFileSync('git', ['-C', clone, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/tags']);
    expect(objects()).toBe(there.toString().trim());
    const before = objects();
    expect((await gto(root)).said).toContain('3 tags of shop, 0 of them new');
    expect(objects()).toBe(before);
  });

  it('makes none with --dry-run', async () => {
    const { root, git, commit } = gitFolder();
    commit({ registers: ['1.0.0'], channels: { champion: '1.0.0' } });
    expect((await gto(root, '--dry-run')).said).toContain('would make shop#champion#1');
    expect(tagsOf(git)).toEqual({});
  });

  it('moves no tag that stands elsewhere, and makes no other then', async () => {
    const { root, git, commit } = gitFolder();
    commit({ registers: ['1.0.0'] });
    const other = commit({ channels: { champion: '1.0.0' } });
    git('tag', '--annotate', '--message', 'By hand', 'shop@v1.0.0', other);
    const { status, said } = await gto(root);
    expect(status).toBe(3);
    expect(said).toContain('the tag shop@v1.0.0 stands at');
    expect(tagsOf(git)).toEqual({ 'shop@v1.0.0': other });
  });

  it('names tags of the model that are not the registry’s', async () => {
    const { root, git, commit } = gitFolder();
    const first = commit({ registers: ['1.0.0'] });
    git('tag', '--annotate', '--message', 'By hand', 'shop#prod#9', first);
    expect((await gto(root)).said).toContain('1 tag that gto reads too, not from the registry: shop#prod#9');
  });

  it('mirrors all of several versions that one commit registered: those but one at commits of their own', async () => {
    const { root, git, commit } = gitFolder();
    const first = commit({ registers: ['1.0.0', '1.1.0', '1.2.0'], channels: { champion: '1.1.0' } });
    const clone = join(root, 'clone');
    commit({ channels: { champion: '1.2.0', retired: ['1.1.0'] } });
    execFileSync('git', ['clone', '--quiet', root, clone]);
    const dry = await gto(root, '--dry-run');
    expect(git('count-objects')).toBe(gitOf(clone)('count-objects'));
    await gto(root);
    const tags = tagsOf(git);
    const [other, newest] = [tags['shop@v1.0.0'], tags['shop@v1.2.0']];
    expect(tags).toEqual({
      'shop@v1.0.0': other,
      'shop@v1.1.0': first,
      'shop@v1.2.0': newest,
      'shop#champion#1': first,
      'shop#champion!#2': first,
      'shop#champion#3': newest,
    });
    expect(new Set([first, other, newest]).size).toBe(3);
    const of = (id: string) => git('show', '--no-patch', '--format=%T %an %ae %ad %cn %ce %cd', id);
    expect([other, newest].map((id) => git('rev-parse', `${id}^`))).toEqual([first, first]);
    expect([other, newest].map(of)).toEqual([of(first), of(first)]);
    expect(git('log', '-1', '--format=%s', newest)).toBe('shop 1.2.0');
    expect(git('branch', '--all', '--contains', newest)).toBe('');
    expect(dry.said).toContain(`would make shop@v1.0.0 at ${other.slice(0, 7)}`);

    // Every clone makes the same, and the second time none.
    await gto(clone);
    expect(tagsOf(gitOf(clone))).toEqual(tags);
    expect((await gto(root)).said).toContain('6 tags of shop, 0 of them new');
  });

  it('passes over a state that nobody can read', async () => {
    const { root, git, commit } = gitFolder();
    const first = commit({ registers: ['1.0.0'], channels: { champion: '1.0.0' } });
    commit({ channels: 'champion: [' });
    commit({ channels: { champion: '1.0.0' } });
    await gto(root);
    expect(tagsOf(git)).toEqual({ 'shop@v1.0.0': first, 'shop#champion#1': first });
  });

  it('refuses a shallow clone, whose history would give other tags', async () => {
    const { root, commit } = gitFolder();
    commit({ registers: ['1.0.0'] });
    commit({ channels: { champion: '1.0.0' } });
    const clone = join(root, 'shallow');
    execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${root}`, clone]);
    const { status, said } = await gto(clone);
    expect(status).toBe(3);
    expect(said).toContain('shallow');
  });

  it('says that there is nothing of a model', async () => {
    const { root, commit } = gitFolder();
    commit({});
    const { status, said } = await gto(root);
    expect(status).toBe(3);
    expect(said).toContain('no commit has anything in registry/shop');
  });
});
