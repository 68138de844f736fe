import { describe, expect, it } from 'vitest';
import type { Fault } from './faults.ts';
import { testGitHub } from './scene.ts';

const place = { owner: 'acme', repo: 'models' };
const CREATE = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
const LIST = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';

function setUp() {
  const github = testGitHub();
  const app = github.createApp({ slug: 'tiltyard', permissions: { issues: 'write' } });
  github.install(app, 'acme');
  const repo = github.createRepository('acme/models');
  repo.push('work', { a: 'b' });
  const pull = repo.openPull({ head: 'work', by: 'ann' });
  const client = github.asApp(app, 'acme');
  const create = () => client.request(CREATE, { ...place, issue_number: pull, body: 'hello' });
  const list = () => client.request(LIST, { ...place, issue_number: pull });
  return { github, app, repo, pull, client, create, list };
}

describe('a fault', () => {
  it.each<[Fault, Record<string, unknown>, number]>([
    ['error-before', { name: 'HttpError', status: 502 }, 0],
    ['error-after', { name: 'HttpError', status: 502 }, 1],
    ['timeout-before', { name: 'HttpError', status: 500, response: undefined }, 0],
    ['timeout-after', { name: 'HttpError', status: 500, response: undefined }, 1],
    ['secondary-limit', { name: 'HttpError', status: 403, response: { headers: { 'retry-after': '60' } } }, 0],
    ['crash-before', { name: 'Crash' }, 0],
    ['crash-after', { name: 'Crash' }, 1],
  ])('%s: what is thrown, and what has happened', async (fault, error, comments) => {
    const { create, github, list, pull, repo } = setUp();
    await list();
    github.faults.at(2, fault);
    await expect(create()).rejects.toMatchObject(error);
    expect(repo.comments(pull)).toHaveLength(comments);
    if (fault.startsWith('crash')) await expect(list()).rejects.toMatchObject({ name: 'Crash' });
    else await expect(list()).resolves.toMatchObject({ status: 200 });
  });

  it('ends one client by a crash, and none of the others', async () => {
    const { app, client, github, list } = setUp();
    github.faults.at({ route: LIST }, 'crash-before');
    await expect(list()).rejects.toThrow('crashed before');
    await expect(client.request('GET /repos/{owner}/{repo}', place)).rejects.toThrow('has ended');
    await expect(github.asApp(app, 'acme').request('GET /repos/{owner}/{repo}', place)).resolves.toMatchObject({
      status: 200,
    });
  });

  it('cuts an answer in half', async () => {
    const { create, github, pull, repo } = setUp();
    github.faults.at({ route: CREATE }, 'truncated-body');
    const { data } = await create();
    expect(data).toEqual(expect.stringMatching(/^\{"id":\d+,/));
    expect(() => JSON.parse(String(data))).toThrow(SyntaxError);
    expect(repo.comments(pull)).toHaveLength(1);
  });

  it('reads what was there before the newest change', async () => {
    const { create, github, list, pull, repo } = setUp();
    await create();
    github.faults.at({ route: LIST, nth: 2 }, 'stale-read');
    await list();
    repo.comment(pull, 'ann', 'second');
    expect((await list()).data).toMatchObject([{ body: 'hello' }]);
    expect((await list()).data).toMatchObject([{ body: 'hello' }, { body: 'second' }]);
  });

  it('comes again until it is taken away', async () => {
    const { create, github, list, pull, repo } = setUp();
    github.faults.always('error-before', CREATE);
    await expect(create()).rejects.toThrow('Server Error');
    await expect(create()).rejects.toThrow('Server Error');
    await list();
    github.faults.clear();
    await create();
    expect(repo.comments(pull)).toHaveLength(1);
    expect(github.faults.calls).toEqual([CREATE, CREATE, LIST, CREATE]);
  });
});

it('lets a test say which client goes first', async () => {
  const order: number[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const github = testGitHub({
    gate: async (client) => {
      if (client === 1) await promise;
      order.push(client);
    },
  });
  github.createRepository('acme/models');
  const [first, second] = [github.asPerson('ann'), github.asPerson('ben')];
  const one = first.request('GET /repos/{owner}/{repo}', place);
  await second.request('GET /repos/{owner}/{repo}', place);
  resolve();
  await one;
  expect(order).toEqual([2, 1]);
});
