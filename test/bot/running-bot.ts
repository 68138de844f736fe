import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { GitHub, Place } from '#registry/github/client.ts';
import { type Bot, createBot } from '../../bot/bot.ts';
import { type Connection, connectApp, createProbot } from '../../bot/connection.ts';
import { createLog } from '../../bot/log.ts';
import { createMetrics, type Metrics } from '../../bot/metrics.ts';
import { type RunningServer, serve } from '../../bot/server.ts';
import type { Snapshot } from '../../bot/snapshot/snapshot.ts';

export const SECRET = 'a secret that nobody else knows';
/** An App's keys, made for the tests. */
export const KEYS = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
});

/** The bot's server on a port of this machine, with Probot as it is. */
export interface RunningBot {
  bot: Bot;
  server: RunningServer;
  metrics: Metrics;
  /** Lines of the log. */
  log: string[];
  /** Repositories that were woken, `owner/repo`. */
  woken: string[];
  url(path: string): string;
  /** Sends a webhook as GitHub does, and gives the status of the answer. */
  send(event: string, payload: unknown, changes?: Partial<Webhook>): Promise<number>;
}

interface Webhook {
  body: string;
  delivery: string;
  signature: string;
}

export const signatureOf = (body: string, secret = SECRET): string =>
  `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

/** A connection that reaches one GitHub by one client. */
export function oneClient(github: GitHub, us: Snapshot['us'], places: Place[] = []): Connection {
  return {
    us: async () => us,
    open: async () => github,
    async *repositories() {
      yield* places;
    },
  };
}

/** The bot with a connection of the test's own, or as the App `id` at the API at `url`; by the double's clock. */
export async function runBot(
  to: Connection | { id: number; url: string },
  now: () => Date = () => new Date(),
  more: Partial<Parameters<typeof serve>[0]> = {},
): Promise<RunningBot> {
  const log: string[] = [];
  const write = (line: string) => void log.push(line);
  const logger = createLog('debug', [KEYS.privateKey, SECRET], { write });
  const metrics = createMetrics();
  const [id, apiUrl] = 'url' in to ? [to.id, to.url] : [1, undefined];
  const reach = { metrics, log: logger, now, apiUrl };
  const probot = createProbot({ id, privateKey: KEYS.privateKey, webhookSecret: SECRET }, reach);
  const connection = 'url' in to ? connectApp(probot, reach) : to;
  const woken: string[] = [];
  const inner = createBot({ connection, metrics, log: logger, now, settle: 0 });
  const wake: Bot['wake'] = (place, about) => {
    woken.push(`${place.owner}/${place.repo}`);
    inner.wake(place, about);
  };
  const bot = { ...inner, wake };
  const usual = { probot, bot, metrics, log: logger, host: '127.0.0.1', port: 0, sweepEvery: 3_600_000 };
  const server = await serve({ ...usual, ...more });
  onTestFinished(() => server.close());
  const url = (path: string) => `http://127.0.0.1:${server.port}${path}`;
  return {
    bot,
    server,
    metrics,
    log,
    woken,
    url,
    async send(event, payload, changes = {}) {
      const body = changes.body ?? JSON.stringify(payload);
      const response = await fetch(url('/api/github/webhooks'), {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/json',
          'x-github-event': event,
          'x-github-delivery': changes.delivery ?? randomUUID(),
          'x-hub-signature-256': changes.signature ?? signatureOf(body),
        },
      });
      await response.text();
      return response.status;
    },
  };
}

/** Who the bot is where nothing depends on it. */
export const US: Snapshot['us'] = { app: 1, login: 'tiltyard[bot]', starter: false };

/** A webhook of a pull request that was opened, as far as a bot must know it. */
export const OPENED = {
  action: 'opened',
  repository: { name: 'models', owner: { login: 'acme' }, default_branch: 'main' },
  installation: { id: 1 },
};

/** A bot that is installed nowhere, so that nothing is to be asked of GitHub. */
export async function runIdle(options?: Parameters<typeof runBot>[2]): Promise<RunningBot> {
  const unreachable: GitHub = { request: async () => Promise.reject(new Error('GitHub was asked')) };
  return runBot({ ...oneClient(unreachable, US), open: async () => null }, undefined, options);
}
