import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { evaluationOf } from '../../fixtures/evaluation.ts';
import { flightModelPath, flightModelText } from '../../fixtures/model.ts';
import { deliver } from '../../github/deliver.ts';
import type { Client } from '../../github/requests.ts';
import { evidenceZip } from '../../github/scene.ts';
import { KEYS, SECRET } from '../running-bot.ts';
import { listening, type Started, startBot } from '../started.ts';
import type { LACKING } from './bridge.ts';
import { APP, type Emulated, startEmulated } from './emulated.ts';

/**
 * The server as users start it, against a GitHub that others wrote (`emulate`): a process with its environment, HTTP in
 * both directions, JWT, installation tokens, permissions and signatures as `emulate` makes and checks them.
 */

const place = { owner: 'acme', repo: 'models' };
const FEATURES = 'models/flight-delay/features.sql';
const PATIENCE = { timeout: 20_000 };

const Comments = z.array(
  z.object({ id: z.int(), body: z.string(), user: z.object({ login: z.string() }) }).transform(({ body, ...rest }) => ({
    ...rest,
    // The first that a person reads.
    line: body
      .replace(/<!--.*?-->/gs, '')
      .trim()
      .split('\n')[0],
  })),
);
const Checks = z.object({
  check_runs: z.array(
    z.object({
      id: z.int(),
      name: z.string(),
      status: z.string(),
      conclusion: z.string().nullable(),
      output: z.object({ title: z.string().nullable() }),
    }),
  ),
});

/** What a person sees of the first pull request. */
function seenBy({ request }: Client, head: string) {
  const comments = async () => {
    const route = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';
    return Comments.parse((await request(route, { ...place, issue_number: 1 })).data);
  };
  const checks = async () => {
    const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
    return Checks.parse((await request(route, { ...place, ref: head })).data).check_runs.toSorted((a, b) =>
      a.name < b.name ? -1 : 1,
    );
  };
  const states = async () => (await checks()).map(({ conclusion, name, status }) => [name, status, conclusion]);
  return { checks, comments, states };
}

const WAITING = [
  ['tiltyard', 'in_progress', null],
  ['tiltyard / flight-delay', 'in_progress', null],
];
const PASSED = [
  ['tiltyard', 'completed', 'success'],
  ['tiltyard / flight-delay', 'completed', 'success'],
];

/** A repository with a model, in which a pull request changes it; not opened yet. */
async function prepared() {
  const github = await startEmulated();
  await github.commit('main', {
    [flightModelPath]: flightModelText,
    [FEATURES]: 'SELECT flight_id, distance FROM source\n',
  });
  const head = await github.commit('better', { [FEATURES]: 'SELECT flight_id, distance, origin FROM source\n' });
  const environment = {
    APP_ID: String(APP),
    PRIVATE_KEY: github.privateKey,
    GITHUB_API_URL: github.url,
    PORT: String(github.port),
    LOG_LEVEL: 'debug',
  };
  return { github, head, environment, ...seenBy(github.olga, head) };
}

async function propose({ olga }: Emulated): Promise<void> {
  const wanted = { title: 'Better', head: 'better', base: 'main' };
  await olga.request('POST /repos/{owner}/{repo}/pulls', { ...place, ...wanted });
}

/** As the workflow uploads it. */
function evidence() {
  const { timing } = evaluationOf();
  const measured_at = new Date(Date.now() - 60_000).toISOString();
  const zip = evidenceZip({ timing: { ...timing, measured_at } });
  return { name: 'tiltyard-evaluation-flight-delay', zip };
}

/** The workflow runs and uploads; nobody but us can tell the bot so, `emulate` having no runs. */
async function evaluate({ actions }: Emulated, head: string, bot: Started): Promise<number[]> {
  const { github, repo } = actions;
  const run = repo.startRun({ branch: 'better', sha: head, event: 'pull_request', by: 'olga' });
  repo.completeRun(run, { artifacts: [evidence()] });
  const statuses: number[] = [];
  for (const delivery of github.takeDeliveries())
    statuses.push(await deliver(delivery, `${bot.url()}/api/github/webhooks`, SECRET));
  return statuses;
}

const metric = async (bot: Started, line: string) =>
  (await (await fetch(`${bot.url()}/metrics`)).text()).split('\n').find((one) => one.startsWith(`${line} `));

describe('the bridge', () => {
  it('stands in for what `emulate` lacks, and for no more', async () => {
    const { github, head } = await prepared();
    const { app, olga } = github;
    await github.commit('main', { '.github/workflows/tiltyard.yml': 'on: push\n' });
    const { data: workflows } = await app.request('GET /repos/{owner}/{repo}/actions/workflows', place);
    await propose(github);
    const POST = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const { data: comment } = await app.request(POST, { ...place, issue_number: 1, body: 'hello' });
    const check = { name: 'tiltyard', head_sha: head };
    const { data: run } = await app.request('POST /repos/{owner}/{repo}/check-runs', { ...place, ...check });
    const { status } = await olga.request('GET /installation/repositories').catch((error: unknown) => Object(error));
    const activity = await app
      .request('GET /repos/{owner}/{repo}/activity', place)
      .catch((error: unknown) => Object(error));
    const lacking: Record<keyof typeof LACKING, boolean> = {
      actions: Object(workflows).total_count === 0,
      activity: activity.status === 404,
      repositories: status === 404,
      checks: Object(run).app === null,
      comments: Object(comment).performed_via_github_app === null,
    };
    expect(lacking).toEqual({ actions: true, activity: true, repositories: true, checks: true, comments: true });
  });
});

describe('the server, where GitHub is what others wrote', () => {
  it('follows a pull request from its opening to its merge', async () => {
    const { checks, comments, environment, github, head, states } = await prepared();
    const { olga } = github;
    const protection = { required_status_checks: { strict: false, contexts: ['tiltyard'] }, enforce_admins: true };
    const reviews = { required_pull_request_reviews: null, restrictions: null };
    const PROTECT = 'PUT /repos/{owner}/{repo}/branches/{branch}/protection';
    await olga.request(PROTECT, { ...place, branch: 'main', ...protection, ...reviews });
    const merge = () =>
      olga.request('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', { ...place, pull_number: 1, sha: head });
    const bot = startBot(environment);
    await listening(bot);

    // By `emulate`'s own webhook, signed by it.
    await propose(github);
    await expect.poll(states, PATIENCE).toEqual(WAITING);
    expect(await comments()).toMatchObject([
      { user: { login: 'tiltyard[bot]' }, line: expect.stringContaining('waiting for the workflow') },
    ]);
    await expect(merge()).rejects.toThrow('Required status checks have not succeeded');

    expect(await evaluate(github, head, bot)).toEqual([200, 200, 200]);
    await expect.poll(states, PATIENCE).toEqual(PASSED);
    const [comment] = await comments();
    expect(comment?.line).toContain('better');
    const made = (await checks()).map(({ id }) => id);

    // Somebody wants it checked again: `emulate` takes the conclusion away, and tells the bot.
    const RERUN = 'POST /repos/{owner}/{repo}/check-runs/{check_run_id}/rerequest';
    await olga.request(RERUN, { ...place, check_run_id: made[0] ?? 0 });
    await expect.poll(states, PATIENCE).toEqual(PASSED);
    // All of it in one comment, and one check a name.
    expect((await comments()).map(({ id }) => id)).toEqual([comment?.id]);
    expect((await checks()).map(({ id }) => id)).toEqual(made);

    // Each token for what the manifest asks for, and no more.
    const { data } = await olga.request('GET /_emulate/installation-tokens');
    const Tokens = z.object({ installation_tokens: z.array(z.object({ permissions: z.unknown() })).min(1) });
    for (const { permissions } of Tokens.parse(data).installation_tokens)
      expect(permissions).toEqual(github.manifest.default_permissions);

    expect((await merge()).data).toMatchObject({ merged: true });
    expect(await bot.end()).toEqual([0, '']);
    const lines = bot.said().trim().split('\n');
    expect(lines.filter((line) => /"level":(40|50|60)/.test(line))).toEqual([]);
    // The marker of a comment begins like a JWT, but has no dots.
    expect(bot.said()).not.toMatch(/ghs_|PRIVATE KEY|eyJ[\w-]+\./);
    expect(bot.said()).not.toContain(SECRET);
    expect(lines.map((line) => JSON.parse(line))).toContainEqual(
      expect.objectContaining({ msg: 'listening', login: 'tiltyard[bot]' }),
    );
  });

  it('S11 tells of a push to the registry, of which a webhook told it', async () => {
    const { environment, github } = await prepared();
    const bot = startBot(environment);
    await listening(bot);
    await expect.poll(() => metric(bot, 'tiltyard_looks_total{outcome="done"}'), PATIENCE).toMatch(/ 1$/);
    const pushed = await github.commit('main', { 'registry/README.md': '# Registry\n' });
    const { states } = seenBy(github.olga, pushed);
    await expect.poll(states, PATIENCE).toEqual([['tiltyard / direct push', 'completed', 'failure']]);
    expect(await bot.end()).toEqual([0, '']);
  });

  it('S14 goes on after it was ended amid a write, and what happened meanwhile is found', async () => {
    const { comments, environment, github, head, states } = await prepared();
    const POST = 'POST /repos/acme/models/issues/1/comments';
    await propose(github);
    const held = github.hold(POST);
    const first = startBot(environment);
    await held.reached;
    const ended = first.end();
    await expect.poll(first.said).toContain('"msg":"ending"');
    held.release();
    expect(await ended).toEqual([0, '']);
    // The write that it was at, and no other.
    expect(await comments()).toHaveLength(1);
    expect(await states()).toEqual([]);

    const { actions } = github;
    const run = actions.repo.startRun({ branch: 'better', sha: head, event: 'pull_request', by: 'olga' });
    actions.repo.completeRun(run, { artifacts: [evidence()] });
    const second = startBot(environment);
    await expect.poll(states, PATIENCE).toEqual(PASSED);
    expect(await comments()).toMatchObject([{ line: expect.stringContaining('better') }]);
    expect(await second.end()).toEqual([0, '']);
  });

  it('S17 refuses what another secret signed, and wakes nothing', async () => {
    const { comments, environment, github } = await prepared();
    const bot = startBot({ ...environment, WEBHOOK_SECRET: 'not the one that emulate has' });
    await listening(bot);
    await expect.poll(() => metric(bot, 'tiltyard_looks_total{outcome="done"}'), PATIENCE).toMatch(/ 1$/);
    await propose(github);
    await expect.poll(() => metric(bot, 'tiltyard_webhooks_total{status="401"}'), PATIENCE).toMatch(/ 1$/);
    expect(await metric(bot, 'tiltyard_webhooks_total{status="200"}')).toBeUndefined();
    expect(await bot.end()).toEqual([0, '']);
    expect(await comments()).toEqual([]);
  });

  it.each([
    ['a key of another App', { PRIVATE_KEY: KEYS.privateKey }, APP],
    ['the number of another App', { APP_ID: '78' }, 78],
  ])('S17 says what is wrong with %s, and ends', async (_, wrong, id) => {
    const { environment } = await prepared();
    const bot = startBot({ ...environment, ...wrong });
    const [code, said] = await bot.ended;
    expect([code, said.split('\n')[0]]).toEqual([1, `GitHub does not take this key for the App ${id} (401)`]);
    expect(said).not.toMatch(/ {4}at |PRIVATE KEY/);
  });
});
