import { describe, expect, it } from 'vitest';
import { GitHubError } from '#registry/github/client.ts';
import { createComment, listComments } from '#registry/github/comments.ts';
import { Later, metered } from '../../bot/metered.ts';
import { createMetrics } from '../../bot/metrics.ts';
import { HttpError } from '../github/requests.ts';
import { createScene } from '../github/scene.ts';
import { lookAt } from './look-at.ts';

const START = new Date('2026-11-21T12:00:00Z');

/** A GitHub whose next answers are told, by a clock that only moves when somebody waits. */
function told(answers: (Error | { status: number; headers?: Record<string, string> })[]) {
  let now = START.getTime();
  let sent = 0;
  const github = {
    request: async () => {
      sent += 1;
      const answer = answers.shift() ?? { status: 200 };
      if (answer instanceof Error) throw answer;
      return { data: null, headers: {}, ...answer };
    },
  };
  const metrics = createMetrics();
  const clock = () => new Date(now);
  const line = metered(github, metrics, clock, async (milliseconds) => {
    now += milliseconds;
  });
  return { line, metrics, sent: () => sent, clock, pass: (seconds: number) => (now += seconds * 1000) };
}

const refusal = (status: number, headers: Record<string, string>, message = 'Forbidden') =>
  new HttpError(message, status, { status, url: '', headers, data: {} });

async function laterOf(promise: Promise<unknown>): Promise<number | null> {
  const error: unknown = await promise.then(
    () => null,
    (cause: unknown) => cause,
  );
  return error instanceof Later ? (error.until.getTime() - START.getTime()) / 1000 : null;
}

describe('metered', () => {
  const reset = (seconds: number) => String(START.getTime() / 1000 + seconds);

  it.each([
    ['a secondary limit', refusal(403, { 'retry-after': '30' }, 'You have exceeded a secondary rate limit'), 30],
    ['a secondary limit without a time', refusal(403, {}, 'You have exceeded a secondary rate limit.'), 60],
    ['429', refusal(429, {}), 60],
    ['an hour that is used up', refusal(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset(900) }), 901],
    [
      'an hour that is used up, by a clock that is five minutes fast',
      refusal(403, {
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': reset(1200),
        date: new Date(START.getTime() + 300_000).toUTCString(),
      }),
      901,
    ],
    ['a time that is absurd', refusal(429, { 'retry-after': '99999999' }), 3700],
    ['a time that is past', refusal(429, { 'retry-after': '-5' }), 1],
  ])('after %s nothing is sent until it is time', async (_, answer, seconds) => {
    const { line, pass, sent } = told([answer]);
    expect(await laterOf(line.request('GET /app'))).toBe(seconds);
    expect(await laterOf(line.request('POST /a'))).toBe(seconds);
    expect(sent()).toBe(1);
    pass(seconds - 0.001);
    expect(await laterOf(line.request('GET /app'))).toBe(seconds);
    pass(0.001);
    await line.request('GET /app');
    expect(sent()).toBe(2);
  });

  it('waits longer after each refusal that names no time, until a write was taken', async () => {
    const limit = () => refusal(403, {}, 'You have exceeded a secondary rate limit.');
    const { line, pass } = told([limit(), { status: 200 }, limit(), limit(), { status: 201 }, limit()]);
    expect(await laterOf(line.request('POST /a'))).toBe(60);
    pass(60);
    await line.request('GET /a');
    expect(await laterOf(line.request('POST /a'))).toBe(60 + 120);
    pass(120);
    expect(await laterOf(line.request('POST /a'))).toBe(180 + 240);
    pass(240);
    await line.request('POST /a');
    expect(await laterOf(line.request('POST /a'))).toBe(420 + 60);
  });

  it.each([
    ['not allowed', refusal(403, { 'x-ratelimit-remaining': '4000' }, 'Resource not accessible by integration')],
    ['not there', refusal(404, {})],
    ['broken', refusal(502, {})],
    ['no answer', new TypeError('fetch failed')],
  ])('%s is no reason to wait, and nothing is sent again', async (_, answer) => {
    const { line, sent } = told([answer]);
    await expect(line.request('POST /a')).rejects.toBe(answer);
    expect(sent()).toBe(1);
    await line.request('GET /a');
    expect(sent()).toBe(2);
  });

  it('waits a little where a minute has had its requests', async () => {
    const { clock, line, sent } = told([]);
    for (let count = 0; count < 160; count++) await line.request('PATCH /a');
    expect(clock()).toEqual(START);
    await line.request('GET /a');
    expect(clock().getTime() - START.getTime()).toBe(60_000);
    expect(sent()).toBe(161);
  });

  it('leaves creations for later where a minute has had its own, and does the rest', async () => {
    const { client, github, propose, repo } = createScene();
    const pull = propose();
    // GitHub's own clock goes on with each request.
    let now = github.now();
    const line = metered(client, createMetrics(), () => now);
    const place = { owner: repo.owner, repo: repo.repo };
    for (let count = 0; count < 60; count++) await createComment(line, place, pull, `${count}`);
    const refused: unknown = await createComment(line, place, pull, 'one more').catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(GitHubError);
    expect(refused).toMatchObject({ status: 429, cause: expect.any(Later) });
    expect(await listComments(line, place, pull)).toHaveLength(60);
    now = new Date(now.getTime() + 60_000);
    await createComment(line, place, pull, 'one more');
    expect(repo.comments(pull)).toHaveLength(61);
  });

  it('an action that GitHub has no time for is left for then', async () => {
    const scene = createScene();
    const pull = scene.propose();
    const line = metered(scene.client, createMetrics(), scene.github.now);
    scene.github.faults.at({ route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments' }, 'secondary-limit');
    const done = await lookAt(scene, line);
    expect(new Set(done.map(({ outcome }) => outcome))).toEqual(new Set(['later']));
    const [until] = done.map((one) => one.until?.getTime() ?? 0);
    expect(done.map((one) => one.until?.getTime())).toEqual(done.map(() => until));
    expect(scene.repo.checks(scene.repo.pull(pull).head.sha)).toEqual([]);
    scene.github.advance({ minutes: 2 });
    await lookAt(scene, line);
    expect(scene.repo.comments(pull)).toHaveLength(1);
  });

  it('counts each request by its method and how it was answered', async () => {
    const { line, metrics } = told([{ status: 200, headers: { 'x-ratelimit-remaining': '4711' } }, refusal(404, {})]);
    await line.request('GET /a');
    await line.request('GET /a').catch(() => null);
    expect(metrics.text()).toContain('tiltyard_github_requests_total{method="GET",status="200"} 1\n');
    expect(metrics.text()).toContain('tiltyard_github_requests_total{method="GET",status="404"} 1\n');
    expect(metrics.text()).toContain('tiltyard_github_rate_limit_remaining 4711\n');
  });

  it('counts requests without an answer apart from those that GitHub answered with 500', async () => {
    // As Octokit has it where the connection breaks: a status, and no response.
    const broken = Object.assign(new Error('fetch failed'), { status: 500, request: {} });
    const { line, metrics } = told([broken, refusal(500, {})]);
    await expect(line.request('GET /app')).rejects.toThrow('fetch failed');
    await expect(line.request('GET /app')).rejects.toThrow('Forbidden');
    for (const status of ['0', '500'])
      expect(metrics.text()).toContain(`tiltyard_github_requests_total{method="GET",status="${status}"} 1\n`);
  });

  it('knows what is left of the hour also where GitHub says no more than that nothing has changed', async () => {
    const low = { status: 200, headers: { 'x-ratelimit-remaining': '3' } };
    const { line, metrics } = told([low, refusal(304, { 'x-ratelimit-remaining': '5000' })]);
    await line.request('GET /a');
    await line.request('GET /a').catch(() => null);
    expect(metrics.text()).toContain('tiltyard_github_requests_total{method="GET",status="304"} 1\n');
    expect(metrics.text()).toContain('tiltyard_github_rate_limit_remaining 5000\n');
  });

  it('gives up a request that is never answered', async () => {
    const { line } = told([]);
    const signals: unknown[] = [];
    const seen = metered(
      {
        request: async (_, parameters) => {
          signals.push(parameters?.['request']);
          return line.request('GET /a');
        },
      },
      createMetrics(),
      () => START,
    );
    await seen.request('GET /a', { request: { retries: 0 } });
    expect(signals).toEqual([{ retries: 0, signal: expect.any(AbortSignal) }]);
  });
});
