import { createHmac, generateKeyPairSync, randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import type { GitHub, Place } from '#registry/github/client.ts';
import { type Bot, createBot } from '../../bot/bot.ts';
import { type Connection, createProbot } from '../../bot/connection.ts';
import { createLog } from '../../bot/log.ts';
import { createMetrics, type Metrics } from '../../bot/metrics.ts';
import { type RunningServer, serve } from '../../bot/server.ts';
import type { Snapshot } from '../../bot/snapshot/snapshot.ts';

export const SECRET = 'a secret that nobody else knows';
/** Of no App: made for the tests. */
export const PRIVATE_KEY = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'pem' },
}).privateKey;

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

export async function runBot(connection: Connection): Promise<RunningBot> {
  const log: string[] = [];
  const write = (line: string) => void log.push(line);
  const logger = createLog('debug', [PRIVATE_KEY, SECRET], { write });
  const metrics = createMetrics();
  const now = () => new Date();
  const probot = createProbot({ id: 1, privateKey: PRIVATE_KEY, webhookSecret: SECRET }, { metrics, log: logger, now });
  const woken: string[] = [];
  const inner = createBot({ connection, metrics, log: logger, now, settle: 0 });
  const wake = (place: Place) => {
    woken.push(`${place.owner}/${place.repo}`);
    inner.wake(place);
  };
  const bot = { ...inner, wake };
  const server = await serve({ probot, bot, metrics, log: logger, host: '127.0.0.1', port: 0, sweepEvery: 3_600_000 });
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
