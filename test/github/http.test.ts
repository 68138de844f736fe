import { createHmac, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { ProbotOctokit } from 'probot';
import { expect, it, onTestFinished } from 'vitest';
import { deliver } from './deliver.ts';
import { serveGitHub } from './http.ts';
import { createScene } from './scene.ts';
import { issueToken } from './tokens.ts';

const place = { owner: 'acme', repo: 'models' };
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** The real Octokit, as Probot uses it, against the double's server. */
async function connect(key = privateKey) {
  // The token that GitHub gives out must be good for the hour by Octokit's clock, which is the real one.
  const scene = createScene({ now: new Date() });
  const served = await serveGitHub(scene.github, new Map([[scene.app.id, publicKey]]));
  onTestFinished(() => served.close());
  const [installation] = scene.app.installations;
  const shared = { baseUrl: served.url, retry: { enabled: false }, throttle: { enabled: false }, log: silent };
  const auth = { appId: scene.app.id, privateKey: key };
  const octokit = new ProbotOctokit({ ...shared, auth: { ...auth, installationId: installation?.id } });
  return { ...scene, served, octokit, jwt: new ProbotOctokit({ ...shared, auth }) };
}
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** An error, or what was answered. */
async function outcome(asked: Promise<{ status: number; data: unknown }>): Promise<unknown> {
  try {
    const { data, status } = await asked;
    return { status, data };
  } catch (error) {
    const { name, response, status } = Object(error);
    return { name, status, data: response?.data };
  }
}

it('answers the real Octokit as it answers in this process', async () => {
  const { client, evaluate, octokit, propose, repo } = await connect();
  const pull = propose({ branch: 'feature/better' });
  const run = evaluate(
    pull,
    {},
    { conclusion: 'failure', jobs: [{ name: 'train', conclusion: 'failure', log: 'line 1\nline 2\n' }] },
  );
  const { sha } = repo.pull(pull).head;
  const comment = repo.comment(pull, 'ann', 'hello');
  const [artifact] = repo.artifacts(run);
  const [job] = repo.jobs(run);
  const calls: [string, Record<string, unknown>][] = [
    ['GET /repos/{owner}/{repo}', {}],
    ['GET /repos/{owner}/{repo}/git/ref/{ref}', { ref: 'heads/feature/better' }],
    ['GET /repos/{owner}/{repo}/git/ref/{ref}', { ref: 'heads/nowhere' }],
    ['GET /repos/{owner}/{repo}/activity', { ref: 'refs/heads/feature/better', per_page: 100 }],
    ['GET /repos/{owner}/{repo}/git/trees/{tree_sha}', { tree_sha: sha, recursive: '1' }],
    ['GET /repos/{owner}/{repo}/contents/{path}', { path: 'models/flight-delay/model.yaml', ref: 'feature/better' }],
    ['GET /repos/{owner}/{repo}/compare/{basehead}', { basehead: `main...${sha}` }],
    ['GET /repos/{owner}/{repo}/commits/{ref}', { ref: sha }],
    ['GET /repos/{owner}/{repo}/pulls/{pull_number}/files', { pull_number: pull }],
    ['GET /repos/{owner}/{repo}/pulls', { state: 'open', sort: 'updated', direction: 'desc', per_page: 100 }],
    ['GET /repos/{owner}/{repo}/issues/{issue_number}/comments', { issue_number: pull, per_page: 1, page: 1 }],
    ['GET /repos/{owner}/{repo}/issues/comments/{comment_id}', { comment_id: comment }],
    ['GET /repos/{owner}/{repo}/issues/comments/{comment_id}', { comment_id: 1 }],
    ['GET /repos/{owner}/{repo}/commits/{ref}/check-runs', { ref: sha, filter: 'latest' }],
    ['GET /repos/{owner}/{repo}/actions/runs', { head_sha: sha }],
    ['GET /repos/{owner}/{repo}/actions/runs/{run_id}/jobs', { run_id: run }],
    ['GET /repos/{owner}/{repo}/actions/jobs/{job_id}/logs', { job_id: job?.id }],
    [
      'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}',
      { artifact_id: artifact?.id, archive_format: 'zip' },
    ],
    ['GET /repos/{owner}/{repo}/collaborators/{username}/permission', { username: 'olga' }],
  ];
  const { data } = await octokit.request('GET /repos/{owner}/{repo}/commits/{ref}', { ...place, ref: sha });
  expect(data.files).toMatchObject([
    { additions: 1, deletions: 1, patch: expect.stringMatching(/^@@ -1 \+1 @@\n-SELECT/) },
  ]);
  for (const [route, parameters] of calls) {
    const mine = await outcome(client.request(route, { ...place, ...parameters }));
    const real = await outcome(octokit.request(route, { ...place, ...parameters }));
    expect(real, route).toEqual(mine);
  }
});

it('lets the real Octokit write, and tells it of refusals and of lost answers as it does in this process', async () => {
  const { client, github, octokit, propose, repo } = await connect();
  const pull = propose();
  const create = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
  const parameters = { ...place, issue_number: pull, body: 'hello' };
  await octokit.request(create, parameters);
  expect(repo.comments(pull)).toMatchObject([{ author: 'tiltyard[bot]', body: 'hello' }]);
  for (const fault of [
    'error-after',
    'timeout-before',
    'timeout-after',
    'secondary-limit',
    'truncated-body',
  ] as const) {
    github.faults.clear();
    github.faults.always(fault, create);
    const [mine, real] = [
      await outcome(client.request(create, parameters)),
      await outcome(octokit.request(create, parameters)),
    ];
    // Every comment has an id of its own.
    const alike = (value: unknown) =>
      JSON.stringify(value)
        .replaceAll(/\d{4,}|node_id[^,]*/g, '')
        .slice(0, 200);
    expect(alike(real), fault).toBe(alike(mine));
  }
  expect(repo.comments(pull)).toHaveLength(1 + 2 * 3);
});

it('answers the real Octokit with 304 and no body where it knows the answer, as it does in this process', async () => {
  const { app, client, github, octokit, propose, repo, served } = await connect();
  const pull = propose();
  const list = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
  repo.comment(pull, 'ann', 'hello');
  const parameters = { ...place, issue_number: pull };
  for (const one of [client, octokit]) {
    const { headers } = await one.request(list, parameters);
    expect(headers['etag']).toMatch(/^W\/"[0-9a-f]{64}"$/);
    const again = { ...parameters, headers: { 'if-none-match': headers['etag'] } };
    await expect(one.request(list, again)).rejects.toMatchObject({
      name: 'HttpError',
      message: 'Not modified',
      status: 304,
      response: { status: 304, data: '', headers: { etag: headers['etag'], 'x-ratelimit-limit': '5000' } },
    });
    repo.comment(pull, 'ann', 'hello again');
    await expect(one.request(list, again)).resolves.toMatchObject({ status: 200 });
  }
  expect(github.faults.unchanged).toEqual([list, list]);
  const [installation] = app.installations;
  const issue = async () => {
    const ask = 'POST /app/installations/{installation_id}/access_tokens';
    return Object((await github.asJwt(app).request(ask, { installation_id: installation?.id })).data).token;
  };
  const [first, second] = [await issue(), await issue()];
  const get = (token: string, etag = '') =>
    fetch(`${served.url}/repos/acme/models`, { headers: { authorization: `token ${token}`, 'if-none-match': etag } });
  const etag = (await get(first)).headers.get('etag') ?? '';
  const same = await get(first, etag);
  expect([same.status, await same.text(), same.headers.get('content-type')]).toEqual([304, '', null]);
  expect((await get(second, etag)).status).toBe(200);
});

it('knows an App by its signature alone', async () => {
  const { app, jwt } = await connect();
  expect((await jwt.request('GET /app')).data).toMatchObject({ id: app.id, slug: 'tiltyard' });
  expect((await jwt.request('GET /app/installations')).data).toHaveLength(1);
  const other = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const forged = await connect(other.privateKey);
  await expect(forged.jwt.request('GET /app')).rejects.toMatchObject({ status: 401 });
  await expect(forged.octokit.request('GET /repos/{owner}/{repo}', place)).rejects.toMatchObject({ status: 401 });
});

it('gives out tokens with fewer permissions, which expire', async () => {
  const { app, github, served } = await connect();
  const [installation] = app.installations;
  const ask = (permissions: object) =>
    github.asJwt(app).request('POST /app/installations/{installation_id}/access_tokens', {
      installation_id: installation?.id,
      permissions,
    });
  const { token } = Object((await ask({ contents: 'read' })).data);
  await expect(ask({ administration: 'write' })).rejects.toMatchObject({ status: 422 });
  const get = async (path: string, by: string = token) =>
    (await fetch(`${served.url}/repos/acme/models${path}`, { headers: { authorization: `token ${by}` } })).status;
  expect([await get(''), await get('/git/ref/heads/main'), await get('/pulls'), await get('/nowhere')]).toEqual([
    200, 200, 403, 404,
  ]);
  const person = issueToken(github.world, { kind: 'person', login: 'olga' }, new Date(github.now().getTime() + 9e9));
  expect([await get('/pulls', person), await get('', 'ghs_made-up')]).toEqual([200, 401]);
  github.advance({ hours: 1 });
  expect(await get('')).toBe(401);
});

it('sends webhooks with GitHub’s headers and a signature over their bytes', async () => {
  const { github, propose } = await connect();
  propose();
  const received: { headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(202).end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = Object(server.address());
  const deliveries = github.takeDeliveries();
  for (const delivery of deliveries) expect(await deliver(delivery, `http://127.0.0.1:${port}/`, 'secret')).toBe(202);
  expect(received.map(({ headers }) => headers['x-github-event'])).toEqual(['push', 'pull_request']);
  for (const { body, headers } of received) {
    expect(headers['x-hub-signature-256']).toBe(`sha256=${createHmac('sha256', 'secret').update(body).digest('hex')}`);
  }
});
