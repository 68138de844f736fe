import { describe, expect, it } from 'vitest';
import { createScene, evidenceZip, PERMISSIONS, testGitHub } from './scene.ts';

const place = { owner: 'acme', repo: 'models' };
const COMMENT = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
const COMMENTS = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';

describe('a token', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ref: 'main' }, 'checks'],
    ['GET /repos/{owner}/{repo}/git/trees/{tree_sha}', { tree_sha: 'main' }, 'contents'],
    ['GET /repos/{owner}/{repo}/pulls', {}, 'pull_requests'],
    ['GET /repos/{owner}/{repo}/actions/runs', {}, 'actions'],
  ])('without the permission gets 403: %s', async (route, parameters, permission) => {
    const { app, github } = createScene();
    const { [permission]: _, ...rest } = PERMISSIONS;
    await expect(github.asApp(app, 'acme', rest).request(route, { ...place, ...parameters })).rejects.toMatchObject({
      status: 403,
      message: 'Resource not accessible by integration',
    });
    await expect(
      github.asApp(app, 'acme', { [permission]: 'read' }).request(route, { ...place, ...parameters }),
    ).resolves.toMatchObject({
      status: 200,
    });
  });

  it('sees no repository where its App is not installed, and nothing while that is suspended', async () => {
    const { app, client, github } = createScene();
    github.createRepository('else/models');
    const route = 'GET /repos/{owner}/{repo}';
    await expect(client.request(route, { owner: 'else', repo: 'models' })).rejects.toMatchObject({ status: 404 });
    github.suspend(app, 'acme', true);
    await expect(client.request(route, place)).rejects.toMatchObject({
      status: 403,
      message: expect.stringContaining('suspended'),
    });
    github.suspend(app, 'acme', false);
    await expect(client.request(route, place)).resolves.toMatchObject({ status: 200 });
  });

  it('writes nothing into an archived repository', async () => {
    const { client, propose, repo } = createScene();
    const pull = propose();
    repo.archive();
    await expect(client.request(COMMENT, { ...place, issue_number: pull, body: 'a' })).rejects.toMatchObject({
      status: 403,
    });
  });
});

describe('what is written', () => {
  it('shows which App it came from, and for people none', async () => {
    const { app, client, github, propose, repo } = createScene();
    const pull = propose();
    await client.request(COMMENT, { ...place, issue_number: pull, body: 'a' });
    await github.asToken(repo, { issues: 'write' }).request(COMMENT, { ...place, issue_number: pull, body: 'b' });
    await github.asPerson('ann').request(COMMENT, { ...place, issue_number: pull, body: 'c' });
    const { data } = await client.request(COMMENTS, { ...place, issue_number: pull });
    expect(data).toMatchObject([
      { user: { login: 'tiltyard[bot]', type: 'Bot' }, performed_via_github_app: { id: app.id, slug: 'tiltyard' } },
      { user: { login: 'github-actions[bot]', type: 'Bot' }, performed_via_github_app: { id: 15368 } },
      { user: { login: 'ann', type: 'User' }, performed_via_github_app: null },
    ]);
  });

  it('has its time moved by an edit, also by somebody else who may write', async () => {
    const { client, github, propose, repo } = createScene();
    const pull = propose();
    const id = repo.comment(pull, 'ann', '/tiltyard help');
    const get = async () =>
      Object(
        (await client.request('GET /repos/{owner}/{repo}/issues/comments/{comment_id}', { ...place, comment_id: id }))
          .data,
      );
    const before = await get();
    expect(before.created_at).toBe(before.updated_at);
    const edit = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
    const change = { ...place, comment_id: id, body: '/tiltyard evaluate' };
    await expect(github.asPerson('eve').request(edit, change)).rejects.toMatchObject({ status: 404 });
    await github.asPerson('olga').request(edit, change);
    const after = await get();
    expect(after.updated_at > after.created_at).toBe(true);
    expect(after.user.login).toBe('ann');
  });

  it('is refused with 422 where it is too long', async () => {
    const { client, propose, repo } = createScene();
    const pull = propose();
    const create = (body: string) => client.request(COMMENT, { ...place, issue_number: pull, body });
    await expect(create('a'.repeat(65_537))).rejects.toMatchObject({ status: 422 });
    await create('a'.repeat(65_536));
    expect(repo.comments(pull)).toHaveLength(1);
  });
});

describe('lists', () => {
  it('come in pages of at most 100', async () => {
    const { client, propose, repo } = createScene();
    const pull = propose();
    for (let i = 0; i < 130; i++) repo.comment(pull, 'ann', `comment ${i}`);
    const get = async (more: object) => client.request(COMMENTS, { ...place, issue_number: pull, ...more });
    expect((await get({})).data).toHaveLength(30);
    const first = await get({ per_page: 200 });
    expect(first.data).toHaveLength(100);
    expect(first.headers['link']).toContain('rel="next"');
    const second = await get({ per_page: 100, page: 2 });
    expect(second.data).toHaveLength(30);
    expect(second.headers['link']).not.toContain('rel="next"');
    expect((await get({ per_page: 100, page: 3 })).data).toEqual([]);
  });
});

describe('limits', () => {
  it('count requests by the hour, and say when it is over', async () => {
    const { app, github } = createScene({ limits: { hourly: 3 } });
    const client = github.asApp(app, 'acme');
    const get = () => client.request('GET /repos/{owner}/{repo}', place);
    expect((await get()).headers).toMatchObject({ 'x-ratelimit-limit': '3', 'x-ratelimit-remaining': '2' });
    await get();
    await get();
    await expect(get()).rejects.toMatchObject({ status: 403, response: { headers: { 'x-ratelimit-remaining': '0' } } });
    github.advance({ hours: 1 });
    await expect(get()).resolves.toMatchObject({ status: 200 });
  });

  it('count what is created', async () => {
    const { client, github, propose, repo } = createScene({ limits: { creationsAMinute: 2, creationsAnHour: 3 } });
    const pull = propose();
    const create = () => client.request(COMMENT, { ...place, issue_number: pull, body: 'a' });
    await create();
    await create();
    await expect(create()).rejects.toMatchObject({ status: 403, response: { headers: { 'retry-after': '60' } } });
    github.advance({ minutes: 2 });
    await expect(create()).rejects.toMatchObject({ status: 403 });
    github.advance({ hours: 1 });
    await create();
    expect(repo.comments(pull)).toHaveLength(3);
  });

  it('count a write five times as much as a read', async () => {
    const github = testGitHub({ limits: { pointsAMinute: 12 } });
    const repo = github.createRepository('acme/models', { by: 'olga' });
    repo.push('work', { a: 'a' });
    const pull = repo.openPull({ head: 'work', by: 'ann' });
    const client = github.asPerson('olga');
    await client.request(COMMENT, { ...place, issue_number: pull, body: 'a' });
    await client.request(COMMENT, { ...place, issue_number: pull, body: 'b' });
    await client.request('GET /repos/{owner}/{repo}', place);
    await client.request('GET /repos/{owner}/{repo}', place);
    await expect(client.request('GET /repos/{owner}/{repo}', place)).rejects.toMatchObject({ status: 403 });
  });
});

describe('runs', () => {
  const RUNS = 'GET /repos/{owner}/{repo}/actions/runs';
  const ARTIFACTS = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts';
  const DOWNLOAD = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';

  it('name no pull request of a fork, and where their head lies', async () => {
    const { client, propose, repo } = createScene();
    const fork = repo.fork('eve');
    repo.startRun({ pull: propose() });
    repo.startRun({ pull: propose({ by: 'eve', from: fork, branch: 'idea' }) });
    const { data } = await client.request(RUNS, { ...place });
    expect(Object(data).workflow_runs).toMatchObject([
      { pull_requests: [], head_repository: { id: fork.id }, head_branch: 'idea', event: 'pull_request' },
      { pull_requests: [{ number: 1 }], head_repository: { id: repo.id } },
    ]);
  });

  it('keep their artifacts until these expire', async () => {
    const { client, evaluate, propose, repo } = createScene();
    const pull = propose();
    const zip = evidenceZip();
    const run = evaluate(
      pull,
      {},
      {
        artifacts: [
          { name: 'a', zip },
          { name: 'b', zip, expired: true },
        ],
      },
    );
    const { artifacts } = Object((await client.request(ARTIFACTS, { ...place, run_id: run })).data);
    expect(artifacts).toMatchObject([
      { name: 'b', expired: true },
      { name: 'a', expired: false, size_in_bytes: zip.length, workflow_run: { head_sha: repo.pull(pull).head.sha } },
    ]);
    const [expired, there] = artifacts;
    const get = (id: number) => client.request(DOWNLOAD, { ...place, artifact_id: id, archive_format: 'zip' });
    await expect(get(expired.id)).rejects.toMatchObject({ status: 410 });
    expect(Buffer.from(Object((await get(there.id)).data))).toEqual(Buffer.from(zip));
  });

  it('begin again under the same id', async () => {
    const { client, evaluate, propose } = createScene();
    const run = evaluate(propose());
    const again = () =>
      client.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun', { ...place, run_id: run });
    await again();
    const { data } = await client.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', { ...place, run_id: run });
    expect(data).toMatchObject({ id: run, run_attempt: 2, status: 'queued', conclusion: null });
    await expect(again()).rejects.toMatchObject({ status: 403 });
  });
});
