import { generateKeyPairSync } from 'node:crypto';
import { type Bot, createBot } from '../../../bot/bot.ts';
import { createProbot } from '../../../bot/connection.ts';
import { wakeOn } from '../../../bot/index.ts';
import { createLog } from '../../../bot/log.ts';
import { metered } from '../../../bot/metered.ts';
import { createMetrics } from '../../../bot/metrics.ts';
import { Crash } from '../../github/requests.ts';
import type { Delivery, Json } from '../../github/state.ts';
import type { Stage } from './stage.ts';

/** What whoever watches a process hears of each of its calls. */
export interface Watcher {
  /** Held up until this resolves. */
  before?(route: string, parameters: Json): Promise<void> | void;
  after?(route: string, parameters: Json): void;
}

/** A process of the bot as `npm start` begins it, but for its server: what it remembers ends with it. */
export interface Process {
  /** GitHub's webhook arrives; by Probot and our own handlers, as they are. */
  receive(delivery: Delivery): Promise<void>;
  /** Wakes all repositories. */
  sweep(): Promise<void>;
  /** Once it has looked at all that it was woken for. */
  idle(): Promise<void>;
  /** Whether a call ended it. */
  crashed(): boolean;
  /** Ends it, and what it might have tried again later. */
  end(): Promise<void>;
}

const log = createLog('silent', []);
/** Where a webhook of the moment goes: one Probot serves all processes of a thread, as it keeps nothing. */
let listening: Bot['wake'] | null = null;
let router: ReturnType<typeof createProbot> | null = null;

function routerOf(): ReturnType<typeof createProbot> {
  if (router !== null) return router;
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const reach = { metrics: createMetrics(), log, now: () => new Date() };
  router = createProbot({ id: 1, privateKey, webhookSecret: 'no signature is checked here' }, reach);
  wakeOn(router, (...about) => listening?.(...about));
  return router;
}

export function startProcess({ app, github, repo, us }: Stage, watcher: Watcher = {}): Process {
  const client = github.asApp(app, 'acme');
  let crashed = false;
  const watched = {
    async request(route: string, parameters: Json = {}) {
      await watcher.before?.(route, parameters);
      try {
        return await client.request(route, parameters);
      } catch (error) {
        if (error instanceof Crash) crashed = true;
        throw error;
      } finally {
        watcher.after?.(route, parameters);
      }
    },
  };
  const metrics = createMetrics();
  const line = metered(watched, metrics, github.now);
  const connection = {
    us: async () => us,
    open: async () => line,
    async *repositories() {
      yield { owner: repo.owner, repo: repo.repo };
    },
  };
  const bot = createBot({ connection, metrics, log, now: github.now, settle: 0 });
  return {
    async receive({ event, id, payload }) {
      listening = bot.wake;
      // Probot's types name every event; the double's are checked against GitHub's description instead.
      await routerOf().receive(Object({ name: event, id, payload }));
      listening = null;
    },
    sweep: () => bot.sweep(),
    idle: () => bot.idle(),
    crashed: () => crashed,
    end: () => bot.stop(),
  };
}
