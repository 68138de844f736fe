import { request } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createScene } from '../github/scene.ts';
import { OPENED, oneClient, runBot, runIdle, SECRET, US } from './running-bot.ts';

/** Headers of a webhook of a thousand bytes. */
const SIGNED = [
  'Host: bot.example.com',
  'Content-Type: application/json',
  'Content-Length: 1000',
  'X-GitHub-Event: pull_request',
  'X-GitHub-Delivery: 1',
  `X-Hub-Signature-256: sha256=${'0'.repeat(64)}`,
  '',
].join('\r\n');

describe('webhooks', () => {
  it('S17 refuses more than GitHub sends, whatever is said of its length, and holds none of it', async () => {
    const { log, send, url, woken } = await runIdle();
    const before = process.memoryUsage().rss;
    const headers = {
      'content-type': 'application/json',
      'x-github-event': 'pull_request',
      'x-github-delivery': '1',
      'x-hub-signature-256': `sha256=${'0'.repeat(64)}`,
    };
    const declared = await post(url('/api/github/webhooks'), { ...headers, 'content-length': 300 * 2 ** 20 }, 300);
    const streamed = await post(url('/api/github/webhooks'), headers, 300);
    expect([declared, streamed]).toEqual([413, 413]);
    // Probot alone took 950 MB for this.
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * 2 ** 20);
    expect(Math.max(...log.map((line) => line.length))).toBeLessThan(10_000);
    expect(await send('pull_request', OPENED)).toBe(200);
    expect(woken).toEqual(['acme/models']);
  });

  it.each([
    ['of its headers', 'POST /api/github/webhooks HTTP/1.1\r\n', 'X-Slow: 1\r\n'],
    ['of its body', `POST /api/github/webhooks HTTP/1.1\r\n${SIGNED}\r\n`, ' '],
  ])('S17 hangs up on who sends one byte %s after the other', async (_, beginning, more) => {
    const timeouts = { headersTimeout: 200, requestTimeout: 400, connectionsCheckingInterval: 50 };
    const { send, server, woken } = await runIdle({
      timeouts,
    });
    const socket = connect(server.port, '127.0.0.1');
    let answer = '';
    socket.write(beginning);
    const timer = setInterval(() => socket.write(more), 20);
    socket.on('data', (chunk) => {
      // Who writes to a connection that is closed has it broken off.
      clearInterval(timer);
      answer += chunk.toString();
    });
    socket.on('error', () => {});
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    socket.on('close', () => resolve());
    await closed;
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
    expect(woken).toEqual([]);
    expect(await send('pull_request', OPENED)).toBe(200);
  });

  it('takes what GitHub may send at most', async () => {
    const { send, woken } = await runIdle();
    const filler = 'x'.repeat(25 * 2 ** 20 - 1000);
    expect(await send('pull_request', { ...OPENED, filler })).toBe(200);
    expect(woken).toEqual(['acme/models']);
  });

  it('L1 is answered while GitHub does not answer us', async () => {
    let asked = false;
    const silent = {
      request: () => {
        asked = true;
        return new Promise<never>(() => {});
      },
    };
    // Its look never ends, so the server is not waited for.
    const { bot, send } = await runBot({ ...oneClient(silent, US), open: async () => silent });
    bot.stop = async () => {};
    expect(await send('pull_request', OPENED)).toBe(200);
    await expect.poll(() => asked).toBe(true);
    expect(await send('pull_request', OPENED)).toBe(200);
  });

  it('S14 repeated, in whatever number, come to the same', async () => {
    const { client, evaluate, github, propose, repo, us: app } = createScene();
    const { bot, send } = await runBot(oneClient(client, app), github.now);
    const pull = propose();
    evaluate(pull);
    const deliveries = github.takeDeliveries();
    for (const { event, id, payload } of [...deliveries, ...deliveries, ...deliveries.toReversed()]) {
      expect(await send(event, payload, { delivery: id })).toBe(200);
    }
    await bot.idle();
    expect(repo.comments(pull)).toHaveLength(1);
    expect(repo.checks(repo.pull(pull).head.sha).map(({ conclusion, name }) => [name, conclusion])).toEqual([
      ['tiltyard / flight-delay', 'success'],
      ['tiltyard', 'success'],
    ]);
    // What it wrote itself wakes it no more.
    const own = github.takeDeliveries().filter(({ event }) => event === 'issue_comment');
    github.faults.forget();
    for (const { event, payload } of own) expect(await send(event, payload)).toBe(200);
    await bot.idle();
    expect(github.faults.calls).toEqual([]);
  });
});

describe('the server', () => {
  it('L2 looks by itself at all repositories when it starts', async () => {
    const { client, evaluate, github, propose, repo, us: app } = createScene();
    const pull = propose();
    evaluate(pull);
    const { bot } = await runBot(oneClient(client, app, [{ owner: repo.owner, repo: repo.repo }]), github.now);
    await expect.poll(() => repo.comments(pull)).toHaveLength(1);
    await bot.idle();
  });

  it('ends the action that it is at when it is told to end, and begins no more', async () => {
    let release = () => {};
    let held = false;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const scene = createScene({
      gate: async (_, route) => {
        if (!route.startsWith('POST ')) return;
        held = true;
        await released;
      },
    });
    const { client, github, propose, repo, us: app } = scene;
    const pull = propose();
    const { bot, server, url } = await runBot(oneClient(client, app), github.now);
    bot.wake({ owner: repo.owner, repo: repo.repo });
    await expect.poll(() => held).toBe(true);
    const closed = server.close();
    release();
    await closed;
    expect(repo.comments(pull)).toHaveLength(1);
    expect(repo.checks(repo.pull(pull).head.sha)).toEqual([]);
    await expect(fetch(url('/healthz'))).rejects.toThrow('fetch failed');
  });

  it('says how it is, and counts what it does', async () => {
    const { client, github, propose, repo, us: app } = createScene();
    const pull = propose();
    const { bot, send, url } = await runBot(oneClient(client, app), github.now);
    expect(await send('pull_request', { ...OPENED, number: pull })).toBe(200);
    await bot.idle();
    expect(await (await fetch(url('/healthz'))).text()).toBe('ok\n');
    const metrics = await fetch(url('/metrics'));
    expect(metrics.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await metrics.text()).trimEnd().split('\n');
    expect(lines.filter((line) => !isPrometheus(line))).toEqual([]);
    expect(lines).toEqual(
      expect.arrayContaining([
        'tiltyard_looks_total{outcome="done"} 1',
        'tiltyard_actions_total{kind="comment",outcome="written"} 1',
        'tiltyard_actions_total{kind="check",outcome="written"} 2',
        'tiltyard_webhooks_total{status="200"} 1',
        'tiltyard_webhook_seconds_count 1',
      ]),
    );
    expect(repo.comments(pull)).toHaveLength(1);
  });

  it('knows no other page', async () => {
    const { url } = await runIdle();
    for (const path of ['/', '/probot', '/api/github/hooks', '/../etc/passwd', '//', '/static/x'])
      expect((await fetch(url(path))).status).toBe(404);
    expect((await fetch(url('/api/github/webhooks'))).status).toBe(404);
  });

  it('S18 writes no secret into its log, whoever let it slip', async () => {
    const leaky = {
      request: async () => {
        throw new Error(`could not send ${SECRET} with ghs_${'a'.repeat(36)} and eyJhbGciOiJSUzI1NiJ9.e30.c2ln`);
      },
    };
    const { bot, log, send } = await runBot(oneClient(leaky, US));
    expect(await send('pull_request', OPENED)).toBe(200);
    await send('pull_request', { ...OPENED, token: 'x' }, { signature: `sha256=${'0'.repeat(64)}` });
    await bot.idle();
    const text = log.join('');
    expect(text).toContain('the look failed');
    for (const secret of [SECRET, 'ghs_', 'eyJ', 'PRIVATE KEY']) expect(text).not.toContain(secret);
    for (const line of log) expect(() => JSON.parse(line)).not.toThrow();
  });
});

function isPrometheus(line: string): boolean {
  const label = String.raw`[a-z_]+="(?:[^"\\\n]|\\[\\"n])*"`;
  const sample = new RegExp(String.raw`^[a-z_]+(\{${label}(,${label})*\})? [-+.e\d]+$`);
  return sample.test(line) || /^# (HELP [a-z_]+ .+|TYPE [a-z_]+ (counter|gauge|summary))$/.test(line);
}

/** Sends megabytes until they are refused; gives the status of the answer. */
function post(url: string, headers: Record<string, string | number>, megabytes: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
      sent.destroy();
    });
    sent.on('error', reject);
    const chunk = Buffer.alloc(2 ** 20, 0x20);
    let left = megabytes;
    const write = () => {
      while (left > 0 && !sent.destroyed) {
        left -= 1;
        if (!sent.write(chunk)) return void sent.once('drain', write);
      }
      sent.end();
    };
    write();
  });
}
