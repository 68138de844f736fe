import { createHmac, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import webhookExamples from '@octokit/webhooks-examples' with { type: 'json' };
import { z } from 'zod';
import { createBot } from '../../bot/bot.ts';
import { createProbot } from '../../bot/connection.ts';
import { createLog } from '../../bot/log.ts';
import { createMetrics } from '../../bot/metrics.ts';
import { serve } from '../../bot/server.ts';

const SECRET = 'the secret of a benchmark';

/** GitHub's own example of an opened pull request, sent again and again to a server with the real Probot. */
export async function benchWebhooks(count: number, connections: number): Promise<void> {
  const server = await start();
  const body = openedPull();
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    'x-github-event': 'pull_request',
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
  };
  const options = {
    host: '127.0.0.1',
    port: server.port,
    path: '/api/github/webhooks',
    method: 'POST',
    agent,
    headers,
  };

  async function send(): Promise<number> {
    const began = performance.now();
    const sent = request(options).end(body);
    const [response] = await once(sent, 'response');
    if (response.statusCode !== 200) throw new Error(`answered with ${response.statusCode}`);
    response.resume();
    await once(response, 'end');
    return performance.now() - began;
  }

  const times: number[] = [];
  let left = count;
  const began = performance.now();
  const connection = async () => {
    while (left-- > 0) times.push(await send());
  };
  await Promise.all(Array.from({ length: connections }, connection));
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const at = (share: number) => `${times[Math.min(times.length - 1, Math.floor(times.length * share))]?.toFixed(1)} ms`;
  console.log(
    `${count} signed webhooks of ${body.length} bytes over ${connections} connections: ` +
      `${Math.round(count / seconds)} a second, p50 ${at(0.5)}, p99 ${at(0.99)}, longest ${at(1)}`,
  );
  await server.close();
  agent.destroy();
}

/** A bot that is installed nowhere: what a webhook wakes costs nothing. */
async function start() {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const reach = { metrics: createMetrics(), log: createLog('warn', []), now: () => new Date() };
  const probot = createProbot({ id: 1, privateKey, webhookSecret: SECRET }, reach);
  const connection = {
    us: async () => ({ app: 1, login: 'tiltyard[bot]', starter: false }),
    open: async () => null,
    async *repositories() {},
  };
  const bot = createBot({ ...reach, connection, settle: 1000 });
  return serve({ ...reach, probot, bot, host: '127.0.0.1', port: 0, sweepEvery: 3_600_000 });
}

function openedPull(): string {
  const events = z.array(
    z.object({ name: z.string(), examples: z.array(z.looseObject({ action: z.unknown().optional() })) }),
  );
  const pulls = events.parse(webhookExamples).find(({ name }) => name === 'pull_request')?.examples ?? [];
  return JSON.stringify({ ...pulls.find(({ action }) => action === 'opened'), installation: { id: 1 } });
}
