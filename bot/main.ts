#!/usr/bin/env node
import { UserError } from '#registry/error.ts';
import { createBot } from './bot.ts';
import { connectApp, createProbot } from './connection.ts';
import { readEnvironment } from './environment.ts';
import { introduce } from './introduce.ts';
import { createLog } from './log.ts';
import { createMetrics } from './metrics.ts';
import { serve } from './server.ts';

/** What comes along with an event comes within this time, in milliseconds. */
const SETTLE = 1_000;
/** Kubernetes and Docker kill what has not ended 10 to 30 seconds after SIGTERM. */
const LONGEST_END = 25_000;

async function main(): Promise<void> {
  const environment = readEnvironment(process.env);
  const { APP_ID: id, PRIVATE_KEY: privateKey, WEBHOOK_SECRET: webhookSecret, HOST: host, PORT: port } = environment;
  const log = createLog(environment.LOG_LEVEL, [privateKey, webhookSecret]);
  const metrics = createMetrics();
  const now = () => new Date();
  const reach = { metrics, log, now, apiUrl: environment.GITHUB_API_URL };
  const probot = createProbot({ id, privateKey, webhookSecret }, reach);
  let close = async () => {};
  const stop = (signal: string) => {
    log.info({ signal }, 'ending');
    setTimeout(() => process.exit(1), LONGEST_END).unref();
    close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);

  const connection = connectApp(probot, reach);
  const login = await introduce(connection, id);
  const bot = createBot({ connection, metrics, log, now, settle: SETTLE });
  const sweepEvery = environment.SWEEP_MINUTES * 60_000;
  const server = await serve({ probot, bot, metrics, log, host, port, sweepEvery });
  close = () => server.close();
  log.info({ host, port: server.port, login }, 'listening');
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n${error.fix}\n`);
  process.exitCode = 1;
}
