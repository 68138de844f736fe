import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { createBot } from '../../bot/bot.ts';
import { connectApp, createProbot } from '../../bot/connection.ts';
import { createLog } from '../../bot/log.ts';
import { createMetrics } from '../../bot/metrics.ts';
import { serve } from '../../bot/server.ts';
import { evaluationOf } from '../fixtures/evaluation.ts';
import { flightModelPath, flightModelText } from '../fixtures/model.ts';
import { deliver } from '../github/deliver.ts';
import { createGitHub } from '../github/github.ts';
import { serveGitHub } from '../github/http.ts';
import type { Delivery } from '../github/state.ts';
import { zipOf } from '../github/zip.ts';

/** What happened, and the routes that the bot then called, in order; of these, those that were answered with 304. */
export interface Step {
  what: string;
  calls: string[];
  unchanged: string[];
}

export interface Life {
  /** Whether the workflow's run is there before the bot has looked at the new head; else it comes a little later. */
  runsAtOnce: boolean;
  /** How many heads the pull request has. */
  heads: number;
}

const SECRET = 'the secret of a whole life';
const Manifest = z.object({
  default_permissions: z.record(z.string(), z.enum(['read', 'write'])),
  default_events: z.array(z.string()),
});
const features = (head: number) => `SELECT flight_id, distance, origin AS origin_${head} FROM source\n`;

/**
 * The whole life of a pull request that changes a model: opened, evaluated, merged by a person. The bot's own server with
 * the real Probot hears of it by GitHub's webhooks, signed, and asks the double over HTTP. It has been running for a while:
 * it knows its installation and the base branch.
 */
export async function playLife({ heads, runsAtOnce }: Life): Promise<Step[]> {
  const manifest = Manifest.parse(parse(readFileSync(new URL('../../app.yml', import.meta.url), 'utf8')));
  const github = createGitHub();
  const app = github.createApp({
    slug: 'tiltyard',
    permissions: manifest.default_permissions,
    events: manifest.default_events,
  });
  github.install(app, 'acme');
  const files = { [flightModelPath]: flightModelText, 'models/flight-delay/features.sql': features(0) };
  const repo = github.createRepository('acme/models', { files, by: 'olga' });
  const keys = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  const served = await serveGitHub(github, new Map([[app.id, keys.publicKey]]));
  const reach = { metrics: createMetrics(), log: createLog('silent', []), now: github.now, apiUrl: served.url };
  const probot = createProbot({ id: app.id, privateKey: keys.privateKey, webhookSecret: SECRET }, reach);
  // Long enough that what happens at once is looked at once, on a machine with other work too.
  const bot = createBot({ ...reach, connection: connectApp(probot, reach), settle: 500 });
  const server = await serve({ ...reach, probot, bot, host: '127.0.0.1', port: 0, sweepEvery: 3_600_000 });
  const url = `http://127.0.0.1:${server.port}/api/github/webhooks`;

  const steps: Step[] = [];
  const send = async (deliveries: readonly Delivery[]) => {
    github.faults.forget();
    for (const delivery of deliveries) {
      const status = await deliver(delivery, url, SECRET);
      if (status !== 200) throw new Error(`the webhook ${delivery.event} was answered with ${status}`);
    }
    await bot.idle();
    return { calls: [...github.faults.calls], unchanged: [...github.faults.unchanged] };
  };
  const step = async (what: string, act: () => unknown) => {
    act();
    github.advance({ minutes: 1 });
    const ours = github.takeDeliveries().filter((one) => one.app === app.id);
    // That a machine was found for a run is told some seconds after it was asked for.
    const [later, now] = [true, false].map((is) =>
      ours.filter(({ payload }) => (payload['action'] === 'in_progress') === is),
    );
    steps.push({ what, ...(await send(now ?? [])) });
    const sent = await send(later ?? []);
    if (sent.calls.length > 0) steps.push({ what: 'its workflow finds a machine', ...sent });
  };

  const propose = (branch: string, head: number) => {
    repo.push(branch, { 'models/flight-delay/features.sql': features(head) }, { by: 'ann' });
    return repo.openPull({ head: branch, by: 'ann' });
  };
  await bot.idle();
  let before = 0;
  await step('', () => {
    before = propose('before', 100);
  });
  await step('', () => repo.close(before, 'ann'));
  await bot.sweep();
  await bot.idle();
  steps.length = 0;

  let pull = 0;
  let run = 0;
  for (let head = 1; head <= heads; head++) {
    const begin = () => {
      run = repo.startRun({ pull });
    };
    await step(head === 1 ? 'it is opened' : 'another head is pushed', () => {
      if (head === 1) pull = propose('better', head);
      else repo.push('better', { 'models/flight-delay/features.sql': features(head) }, { by: 'ann' });
      if (runsAtOnce) begin();
    });
    if (!runsAtOnce) await step('its workflow begins', begin);
    await step('its workflow has ended', () => {
      const zip = zipOf({ 'evaluation.json': JSON.stringify(evaluationOf()) });
      repo.completeRun(run, { artifacts: [{ name: 'tiltyard-evaluation-flight-delay', zip }] });
    });
  }
  await step('it is merged', () => repo.merge(pull, 'olga'));
  const required = repo.checks(repo.pull(pull).head.sha).find(({ name }) => name === 'tiltyard');
  if (required?.conclusion !== 'success') throw new Error(`the check has ended with ${required?.conclusion}`);
  if (github.violations.length > 0) throw new Error(github.violations.join('\n'));
  await server.close();
  await served.close();
  return steps;
}
