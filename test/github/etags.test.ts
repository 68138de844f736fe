import { describe, expect, it } from 'vitest';
import { HttpError } from './requests.ts';
import { createScene } from './scene.ts';
import type { Json } from './state.ts';

const place = { owner: 'acme', repo: 'models' };
const CREATE = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
const LIST = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
const REPOSITORY = 'GET /repos/{owner}/{repo}';

/** A scene with a pull request, and requests that say which answer they know. */
function setUp(options: Parameters<typeof createScene>[0] = {}) {
  const scene = createScene(options);
  const pull = scene.propose();
  const parameters = { ...place, issue_number: pull };
  const list = (etag?: string, more: Json = {}, client = scene.client) => {
    const headers = etag === undefined ? {} : { headers: { 'if-none-match': etag } };
    return client.request(LIST, { ...parameters, ...more, ...headers });
  };
  const etagOfList = async (more: Json = {}) => (await list(undefined, more)).headers['etag'] ?? '';
  return { ...scene, pull, parameters, list, etagOfList };
}

/** What a request that was answered with 304 throws. */
async function notModified(asked: Promise<unknown>): Promise<HttpError> {
  const error = await asked.catch((thrown: unknown) => thrown);
  if (!(error instanceof HttpError) || error.status !== 304) throw new Error(`not a 304: ${String(error)}`);
  return error;
}

describe('an ETag', () => {
  it('comes with every answer of JSON that was read, and no other', async () => {
    const { client, evaluate, parameters, pull, repo } = setUp();
    const [artifact] = repo.artifacts(evaluate(pull));
    const read = await client.request(REPOSITORY, place);
    expect(read.headers['etag']).toMatch(/^W\/"[0-9a-f]{64}"$/);
    const written = await client.request(CREATE, { ...parameters, body: 'a' });
    expect(written.headers['etag']).toBeUndefined();
    const download = 'GET /repos/{owner}/{repo}/actions/artifacts/{artifact_id}/{archive_format}';
    const zip = await client.request(download, { ...place, artifact_id: artifact?.id, archive_format: 'zip' });
    expect(zip.headers['etag']).toBeUndefined();
    const missing = client.request('GET /repos/{owner}/{repo}/git/ref/{ref}', { ...place, ref: 'heads/nowhere' });
    const { response, status } = Object(await missing.catch((error: unknown) => error));
    expect([status, response.headers.etag]).toEqual([404, undefined]);
  });

  it('is the same until the answer is another', async () => {
    const { etagOfList, pull, repo } = setUp();
    const before = await etagOfList();
    expect(await etagOfList()).toBe(before);
    repo.comment(pull, 'ann', 'hello');
    expect(await etagOfList()).not.toBe(before);
  });

  it('is another for another route, other parameters and another token, though the answers be alike', async () => {
    const { client, github, parameters } = setUp();
    const asked: [string, Json][] = [
      [LIST, parameters],
      [LIST, { ...parameters, per_page: 50 }],
      ['GET /repos/{owner}/{repo}/issues/comments', place],
    ];
    const clients = [client, github.asPerson('olga'), github.as({ kind: 'person', login: 'olga' }, 'another')];
    const answers = await Promise.all(
      clients.flatMap((one) => asked.map(([route, given]) => one.request(route, given))),
    );
    expect(new Set(answers.map(({ data }) => JSON.stringify(data)))).toEqual(new Set(['[]']));
    expect(new Set(answers.map(({ headers }) => headers['etag'])).size).toBe(9);
  });

  it('does not tell of another page', async () => {
    const { etagOfList, list, pull, repo } = setUp();
    for (let i = 0; i < 100; i++) repo.comment(pull, 'ann', `comment ${i}`);
    const first = await etagOfList({ per_page: 100 });
    repo.comment(pull, 'ann', 'one more');
    const { response } = await notModified(list(first, { per_page: 100 }));
    expect(response?.headers).not.toHaveProperty('link');
    expect((await list(undefined, { per_page: 100 })).headers['link']).toContain('rel="next"');
  });
});

describe('a request that knows the answer', () => {
  it('is answered with 304 and nothing else', async () => {
    const { etagOfList, list } = setUp();
    const etag = await etagOfList();
    const { message, response } = await notModified(list(etag));
    expect([message, response?.data]).toEqual(['Not modified', '']);
    expect(Object.keys(response?.headers ?? {}).sort()).toEqual([
      'date',
      'etag',
      'x-ratelimit-limit',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'x-ratelimit-resource',
      'x-ratelimit-used',
    ]);
    expect(response?.headers['etag']).toBe(etag);
  });

  it('may name several answers, without saying that they are weak', async () => {
    const { etagOfList, list, client, parameters } = setUp();
    const etag = await etagOfList();
    await notModified(list(`"other", ${etag}`));
    await notModified(list(etag.slice(2)));
    await notModified(client.request(LIST, { ...parameters, headers: { 'If-None-Match': etag } }));
    for (const other of ['', 'W/"other"', etag.slice(3, -1), `${etag.slice(0, -2)}"`])
      await expect(list(other)).resolves.toMatchObject({ status: 200, data: [] });
  });

  it('is answered in full once something has changed, and refused where it may not be answered', async () => {
    const { app, etagOfList, github, list, pull, repo } = setUp();
    const etag = await etagOfList();
    repo.comment(pull, 'ann', 'hello');
    const { data, headers } = await list(etag);
    expect(data).toMatchObject([{ body: 'hello' }]);
    await notModified(list(headers['etag']));
    github.suspend(app, 'acme', true);
    await expect(list(headers['etag'])).rejects.toMatchObject({ status: 403 });
  });

  it('is no more than a hint to a write', async () => {
    const { client, etagOfList, parameters, pull, repo } = setUp();
    const headers = { 'if-none-match': await etagOfList() };
    await client.request(CREATE, { ...parameters, body: 'a', headers });
    expect(repo.comments(pull)).toHaveLength(1);
  });

  it('costs nothing of the hour, and a point of the minute', async () => {
    const { etagOfList, list } = setUp({ limits: { hourly: 5, pointsAMinute: 6 } });
    const etag = await etagOfList();
    for (let i = 0; i < 4; i++) {
      const { response } = await notModified(list(etag));
      expect(response?.headers).toMatchObject({ 'x-ratelimit-used': '1', 'x-ratelimit-remaining': '4' });
    }
    expect((await list()).headers).toMatchObject({ 'x-ratelimit-used': '2', 'x-ratelimit-remaining': '3' });
    await expect(list(etag)).rejects.toMatchObject({ status: 403, response: { headers: { 'retry-after': '60' } } });
  });

  it('is refused once the hour is over, for the double does not look what it would be answered', async () => {
    const { etagOfList, list } = setUp({ limits: { hourly: 2 } });
    const etag = await etagOfList();
    await notModified(list(etag));
    await list();
    await expect(list(etag)).rejects.toMatchObject({ response: { headers: { 'x-ratelimit-remaining': '0' } } });
  });

  it('is listed as a call and as one that was unchanged', async () => {
    const { etagOfList, github, list } = setUp();
    const etag = await etagOfList();
    await notModified(list(etag));
    expect([github.faults.calls, github.faults.unchanged]).toEqual([[LIST, LIST], [LIST]]);
    github.faults.forget();
    expect([github.faults.calls, github.faults.unchanged]).toEqual([[], []]);
  });
});

describe('a fault', () => {
  it('that reads what was before the newest change gives the ETag of that, and knows it again', async () => {
    const { etagOfList, github, list, pull, repo } = setUp();
    const before = await etagOfList();
    github.faults.always('stale-read', LIST);
    repo.comment(pull, 'ann', 'hello');
    await notModified(list(before));
    expect(await etagOfList()).toBe(before);
    github.faults.clear();
    const { data, headers } = await list(before);
    expect(data).toMatchObject([{ body: 'hello' }]);
    expect(headers['etag']).not.toBe(before);
  });

  it('that loses or refuses an answer does so to a 304 as well, which is not counted as unchanged then', async () => {
    const { etagOfList, github, list } = setUp();
    const etag = await etagOfList();
    for (const [fault, status] of [
      ['error-before', 502],
      ['error-after', 502],
      ['timeout-before', 500],
      ['timeout-after', 500],
      ['secondary-limit', 403],
    ] as const) {
      github.faults.always(fault);
      await expect(list(etag), fault).rejects.toMatchObject({ status });
      github.faults.clear();
    }
    expect(github.faults.unchanged).toEqual([]);
  });

  it('that cuts an answer in half leaves its ETag, and nothing to cut of a 304', async () => {
    const { etagOfList, github, list, pull, repo } = setUp();
    repo.comment(pull, 'ann', 'hello');
    github.faults.always('truncated-body');
    const { data, headers } = await list();
    expect(data).toEqual(expect.stringMatching(/^\[\{"id":\d+,/));
    expect(headers['etag']).toBe(await etagOfList());
    expect((await notModified(list(headers['etag']))).response?.data).toBe('');
  });
});
