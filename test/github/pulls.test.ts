import { describe, expect, it } from 'vitest';
import { PERMISSIONS, testGitHub } from './scene.ts';

const place = { owner: 'acme', repo: 'models' };
const PULL = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
const MERGE = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge';

function setUp() {
  const github = testGitHub();
  const app = github.createApp({ slug: 'tiltyard', permissions: PERMISSIONS });
  github.install(app, 'acme');
  const repo = github.createRepository('acme/models', {
    files: { 'a.txt': '1\n2\n3\n4\n5\n', 'b.txt': 'b\n' },
    by: 'olga',
  });
  const client = github.asApp(app, 'acme');
  const merge = (number: number, sha: string) => client.request(MERGE, { ...place, pull_number: number, sha });
  const get = async (number: number) => (await client.request(PULL, { ...place, pull_number: number })).data;
  return { github, app, repo, client, merge, get };
}

describe('a pull request', () => {
  it('follows its branch, and takes over the base only then', async () => {
    const { get, repo } = setUp();
    const first = repo.push('work', { 'a.txt': 'work\n' });
    const number = repo.openPull({ head: 'work', by: 'ann' });
    const before = repo.head();
    repo.push('main', { 'c.txt': 'c\n' });
    expect(await get(number)).toMatchObject({ head: { sha: first }, base: { sha: before } });
    const second = repo.push('work', { 'a.txt': 'more\n' });
    expect(await get(number)).toMatchObject({ head: { sha: second }, base: { sha: repo.head() } });
    repo.deleteBranch('work');
    expect(await get(number)).toMatchObject({ state: 'closed', merged: false, head: { sha: second } });
  });

  it('lists what changed since it left its base', async () => {
    const { client, repo } = setUp();
    repo.push('work', { 'a.txt': null, 'sub/a.txt': '1\n2\n3\n4\n5\n', 'n.txt': 'new\n' });
    const number = repo.openPull({ head: 'work', by: 'ann' });
    repo.push('main', { 'b.txt': 'other\n' });
    const { data } = await client.request('GET /repos/{owner}/{repo}/pulls/{pull_number}/files', {
      ...place,
      pull_number: number,
    });
    expect(data).toMatchObject([
      { filename: 'n.txt', status: 'added' },
      { filename: 'sub/a.txt', previous_filename: 'a.txt', status: 'renamed' },
    ]);
  });

  it('is found out to be mergeable only after it was asked for', async () => {
    const { get, repo } = setUp();
    repo.push('work', { 'a.txt': 'x\n2\n3\n4\n5\n' });
    const number = repo.openPull({ head: 'work', by: 'ann' });
    expect(await get(number)).toMatchObject({ mergeable: null, mergeable_state: 'unknown' });
    expect(await get(number)).toMatchObject({ mergeable: true, mergeable_state: 'clean' });
    repo.push('main', { 'a.txt': 'y\n2\n3\n4\n5\n' });
    expect(await get(number)).toMatchObject({ mergeable: null });
    expect(await get(number)).toMatchObject({ mergeable: false, mergeable_state: 'dirty' });
  });

  it('loses the repository of its head with the fork', async () => {
    const { get, repo } = setUp();
    const fork = repo.fork('eve');
    fork.push('work', { 'a.txt': 'x\n' }, { by: 'eve' });
    const number = repo.openPull({ head: 'work', by: 'eve', from: fork });
    expect(await get(number)).toMatchObject({ head: { label: 'eve:work', repo: { full_name: 'eve/models' } } });
    fork.delete();
    expect(await get(number)).toMatchObject({ head: { label: 'eve:work', repo: null } });
  });

  it('is opened once for a branch, by people and by Apps', async () => {
    const { client, repo } = setUp();
    repo.push('work', { 'a.txt': 'x\n' });
    const open = () =>
      client.request('POST /repos/{owner}/{repo}/pulls', { ...place, title: 'T', head: 'work', base: 'main' });
    expect((await open()).data).toMatchObject({ number: 1, user: { login: 'tiltyard[bot]', type: 'Bot' } });
    await expect(open()).rejects.toMatchObject({ status: 422 });
  });
});

describe('a merge', () => {
  it('keeps what only the base has, line by line', async () => {
    const { merge, repo } = setUp();
    const head = repo.push('work', { 'a.txt': '1\n2\n3\n4\nfive\n' });
    const number = repo.openPull({ head: 'work', by: 'ann' });
    repo.push('main', { 'a.txt': 'one\n2\n3\n4\n5\n', 'c.txt': 'c\n' });
    const { data } = await merge(number, head);
    expect(data).toEqual({ merged: true, message: expect.any(String), sha: repo.head() });
    expect(repo.files()).toEqual({ 'a.txt': 'one\n2\n3\n4\nfive\n', 'b.txt': 'b\n', 'c.txt': 'c\n' });
    expect(repo.pull(number)).toMatchObject({ state: 'closed', mergedBy: 'tiltyard[bot]', mergeCommit: repo.head() });
  });

  it('is refused for another head with 409, and where it can’t be with 405', async () => {
    const { merge, repo } = setUp();
    const old = repo.push('work', { 'a.txt': 'x\n' });
    const number = repo.openPull({ head: 'work', by: 'ann' });
    const head = repo.push('work', { 'a.txt': 'y\n' });
    await expect(merge(number, old)).rejects.toMatchObject({ status: 409 });
    repo.push('main', { 'a.txt': 'z\n' });
    await expect(merge(number, head)).rejects.toMatchObject({ status: 405 });
    repo.close(number, 'ann');
    await expect(merge(number, head)).rejects.toMatchObject({ status: 405 });
    expect(repo.files()['a.txt']).toBe('z\n');
  });

  it.each<[string, 'refused' | 'merged']>([
    ['success', 'merged'],
    ['neutral', 'merged'],
    ['skipped', 'merged'],
    ['failure', 'refused'],
    ['action_required', 'refused'],
    ['cancelled', 'refused'],
    ['timed_out', 'refused'],
  ])('with a required check that ended in %s is %s', async (conclusion, outcome) => {
    const { app, client, get, merge, repo } = setUp();
    repo.protect('main', { checks: [{ name: 'tiltyard', app: app.id }] });
    const head = repo.push('work', { 'a.txt': 'x\n' });
    const number = repo.openPull({ head: 'work', by: 'ann' });
    await expect(merge(number, head)).rejects.toThrow('"tiltyard" is expected');
    await get(number);
    expect(await get(number)).toMatchObject({ mergeable: true, mergeable_state: 'blocked' });
    await client.request('POST /repos/{owner}/{repo}/check-runs', {
      ...place,
      name: 'tiltyard',
      head_sha: head,
      conclusion,
    });
    if (outcome === 'merged') await expect(merge(number, head)).resolves.toMatchObject({ status: 200 });
    else await expect(merge(number, head)).rejects.toMatchObject({ status: 405 });
  });

  it('asks for approvals by people who may write, the last word of each', async () => {
    const { merge, repo } = setUp();
    repo.protect('main', { approvals: 1 });
    const head = repo.push('work', { 'a.txt': 'x\n' });
    const number = repo.openPull({ head: 'work', by: 'ann' });
    repo.review(number, { author: 'passer-by', state: 'APPROVED' });
    repo.setRole('ben', 'write');
    repo.review(number, { author: 'ben', state: 'APPROVED' });
    repo.review(number, { author: 'ben', state: 'CHANGES_REQUESTED' });
    await expect(merge(number, head)).rejects.toMatchObject({ status: 405 });
    repo.review(number, { author: 'ben', state: 'APPROVED' });
    repo.review(number, { author: 'ben', state: 'COMMENTED' });
    await expect(merge(number, head)).resolves.toMatchObject({ status: 200 });
  });
});
