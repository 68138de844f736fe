import { expect, it } from 'vitest';
import { PERMISSIONS, testGitHub } from './scene.ts';

const place = { owner: 'acme', repo: 'models' };
const LIST = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
const CREATE = 'POST /repos/{owner}/{repo}/check-runs';
const UPDATE = 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}';

function setUp() {
  const github = testGitHub();
  const [app, other] = ['tiltyard', 'other'].map((slug) => github.createApp({ slug, permissions: PERMISSIONS }));
  if (app === undefined || other === undefined) throw new Error('no Apps');
  github.install(app, 'acme');
  github.install(other, 'acme');
  const repo = github.createRepository('acme/models');
  const head = repo.push('work', { a: 'a' });
  const client = github.asApp(app, 'acme');
  const create = async (more: object, by = client) =>
    Object((await by.request(CREATE, { ...place, name: 'tiltyard', head_sha: head, ...more })).data);
  const update = async (id: number, more: object, by = client) =>
    Object((await by.request(UPDATE, { ...place, check_run_id: id, ...more })).data);
  const list = async (more: object = {}) =>
    Object((await client.request(LIST, { ...place, ref: head, ...more })).data).check_runs;
  return { github, app, other, repo, head, client, create, update, list };
}

const annotation = { path: 'a', start_line: 1, end_line: 1, annotation_level: 'notice', message: 'look' };

it('belongs to the App that made it, and to no other', async () => {
  const { app, create, github, list, other, update } = setUp();
  const { id } = await create({});
  const theirs = github.asApp(other, 'acme');
  await create({ conclusion: 'success' }, theirs);
  await expect(update(id, { conclusion: 'success' }, theirs)).rejects.toMatchObject({ status: 403 });
  await expect(create({}, github.asPerson('acme'))).rejects.toMatchObject({ status: 403 });
  expect(await list({ app_id: app.id })).toMatchObject([
    { id, status: 'queued', app: { id: app.id, slug: 'tiltyard' } },
  ]);
  expect(await list()).toHaveLength(2);
});

it('is made by GITHUB_TOKEN as GitHub Actions’ own', async () => {
  const { create, github, repo } = setUp();
  const made = await create({}, github.asToken(repo, { checks: 'write' }));
  expect(made.app).toMatchObject({ id: 15368, slug: 'github-actions' });
  await expect(create({}, github.asToken(repo, { checks: 'read' }))).rejects.toMatchObject({ status: 403 });
});

it('shows the newest of a name', async () => {
  const { create, list } = setUp();
  const first = await create({ conclusion: 'failure' });
  const second = await create({ conclusion: 'success' });
  expect((await list()).map(({ id }: { id: number }) => id)).toEqual([second.id]);
  expect((await list({ filter: 'all' })).map(({ id }: { id: number }) => id)).toEqual([second.id, first.id]);
});

it('keeps its conclusion for ever, and adds annotations to annotations', async () => {
  const { create, update } = setUp();
  const { id } = await create({ status: 'in_progress' });
  await update(id, { conclusion: 'success', output: { title: 't', summary: 's', annotations: [annotation] } });
  expect(await update(id, { status: 'in_progress' })).toMatchObject({ status: 'completed', conclusion: 'success' });
  const again = await update(id, {
    conclusion: 'failure',
    output: { title: 'u', summary: 's', annotations: [annotation] },
  });
  expect(again).toMatchObject({ conclusion: 'success', output: { title: 'u', annotations_count: 2 } });
});

it('stands as it was when it is asked for anew, while its suite is queued until another run is made or ends', async () => {
  const { app, create, github, head, other, repo, update } = setUp();
  expect(repo.suite(app.id, head)).toBe('queued');
  const { id } = await create({ conclusion: 'success' });
  await create({ conclusion: 'success' }, github.asApp(other, 'acme'));
  expect(repo.suite(app.id, head)).toBe('completed');
  repo.rerequest(id, 'ann');
  expect(repo.checks(head).find((one) => one.id === id)).toMatchObject({ status: 'completed', conclusion: 'success' });
  expect([repo.suite(app.id, head), repo.suite(other.id, head)]).toEqual(['queued', 'completed']);
  // An ended run does not end again.
  await update(id, { conclusion: 'success' });
  expect(repo.suite(app.id, head)).toBe('queued');
  const next = await create({ status: 'in_progress' });
  expect(repo.suite(app.id, head)).toBe('in_progress');
  repo.rerequest(next.id, 'ann');
  await update(next.id, { conclusion: 'failure' });
  expect(repo.suite(app.id, head)).toBe('completed');
});

it('must have a conclusion when it is completed', async () => {
  const { create } = setUp();
  await expect(create({ status: 'completed' })).rejects.toMatchObject({ status: 422 });
  await expect(create({ head_sha: '0'.repeat(40) })).rejects.toMatchObject({ status: 422 });
});

it('names the pull requests on its commit, but none of a fork', async () => {
  const { create, repo } = setUp();
  repo.push('release', { b: 'b' }, { from: 'main' });
  repo.openPull({ head: 'work', by: 'ann' });
  repo.openPull({ head: 'work', base: 'release', by: 'ann' });
  expect((await create({})).pull_requests).toMatchObject([{ number: 1 }, { number: 2 }]);
  const fork = repo.fork('eve');
  const theirs = fork.push('idea', { c: 'c' }, { by: 'eve' });
  repo.openPull({ head: 'idea', by: 'eve', from: fork });
  expect((await create({ head_sha: theirs })).pull_requests).toEqual([]);
});
