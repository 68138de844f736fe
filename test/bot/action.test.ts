import { generateKeyPairSync } from 'node:crypto';
import { execa } from 'execa';
import { describe, expect, it, onTestFinished } from 'vitest';
import { UserError } from '#registry/error.ts';
import { runInWorkflow } from '../../bot/action/run.ts';
import { look } from '../../bot/look.ts';
import { createMemory } from '../../bot/snapshot/memory.ts';
import { serveGitHub } from '../github/http.ts';
import { GITHUB_ACTIONS } from '../github/route.ts';
import { createScene } from '../github/scene.ts';
import { issueToken } from '../github/tokens.ts';
import { KEYS } from './running-bot.ts';

/** A job of a workflow in the scene's repository. */
async function job() {
  const scene = createScene();
  const { app, github, repo } = scene;
  const served = await serveGitHub(github, new Map([[app.id, KEYS.publicKey]]));
  onTestFinished(() => served.close());
  const permissions = {
    actions: 'read',
    checks: 'write',
    contents: 'read',
    metadata: 'read',
    pull_requests: 'write',
  } as const;
  const expires = new Date(github.now().getTime() + 3_600_000);
  const token = issueToken(github.world, { kind: 'token', repository: repo.id, permissions }, expires);
  const printed: string[] = [];
  const waited: number[] = [];
  const base = { GITHUB_REPOSITORY: `${repo.owner}/${repo.repo}`, GITHUB_API_URL: served.url };
  const run = (inputs: Record<string, string>, signal = new AbortController().signal) =>
    runInWorkflow({
      env: { ...base, INPUTS: JSON.stringify(inputs) },
      now: github.now,
      print: (line) => printed.push(line),
      signal,
      pause: async (milliseconds) => {
        waited.push(milliseconds);
        github.advance({ minutes: milliseconds / 60_000 });
      },
    });
  const asApp = { 'app-id': String(app.id), 'private-key': KEYS.privateKey, token: '' };
  return { ...scene, base, run, printed, waited, token, asApp, asStarter: { 'app-id': '', 'private-key': '', token } };
}

describe('the bot in a workflow', () => {
  it('as an App, or with the token alone, comments and checks', async () => {
    for (const mode of ['asApp', 'asStarter'] as const) {
      const { [mode]: inputs, evaluate, printed, propose, repo, run } = await job();
      const pull = propose();
      expect(await run(inputs)).toBe(0);
      evaluate(pull);
      expect(await run(inputs)).toBe(0);
      const author = mode === 'asApp' ? 'tiltyard[bot]' : 'github-actions[bot]';
      expect(repo.comments(pull)).toMatchObject([{ author, body: expect.stringContaining('better') }]);
      expect(repo.checks(repo.pull(pull).head.sha).map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);
      expect(await run(inputs)).toBe(0);
      expect(printed.at(-1)).toBe('Nothing to do.');
    }
  });

  it('S11 tells of a push to the registry, and gives up for now where GitHub takes nothing', async () => {
    const { asApp, asStarter, github, printed, repo, run, waited } = await job();
    const pushes = Array.from({ length: 12 }, (_, i) =>
      repo.push('main', { 'registry/README.md': `${i}\n` }, { by: 'eve' }),
    );
    const CHECK = 'POST /repos/{owner}/{repo}/check-runs';
    github.faults.always('error-before', CHECK);
    expect(await run(asStarter)).toBe(1);
    expect(waited).toHaveLength(4);
    github.faults.clear();
    expect(await run(asStarter)).toBe(0);
    expect(pushes.map((sha) => repo.checks(sha).map(({ conclusion }) => conclusion))).toEqual(
      pushes.map(() => ['failure']),
    );
    const [sha = ''] = pushes;
    expect(printed).toContain(
      `- check on the default branch, written: tiltyard / direct push on ${sha.slice(0, 7)} is failure: eve pushed to registry/ directly`,
    );
    expect(await run(asStarter)).toBe(0);
    expect(printed.at(-1)).toBe('Nothing to do.');
    // The App has not told of them yet.
    expect(await run(asApp)).toBe(0);
    expect(repo.checks(sha)).toHaveLength(2);
  });

  it('S12 moving from the token to the App goes on in the same comment', async () => {
    const { asApp, asStarter, evaluate, propose, repo, run } = await job();
    const pull = propose();
    await run(asStarter);
    const [{ id } = { id: 0 }] = repo.comments(pull);
    evaluate(pull);
    await run(asApp);
    expect(repo.comments(pull)).toMatchObject([{ id, body: expect.stringContaining('better') }]);
  });

  it('waits for GitHub where that is soon, and else leaves it to the next run', async () => {
    const POST = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
    const { asStarter, github, propose, repo, run, waited } = await job();
    const pull = propose();
    github.faults.at({ route: POST }, 'secondary-limit');
    expect(await run(asStarter)).toBe(0);
    expect(waited).toHaveLength(1);
    expect(repo.comments(pull)).toHaveLength(1);

    const other = await job();
    const later = other.propose();
    other.github.limits.set({ hourlyToken: 8 });
    expect(await other.run(other.asStarter)).toBe(0);
    expect(other.printed).toEqual([
      expect.stringMatching(/^Left to the next run: one thing. GitHub takes no more until/),
    ]);
    expect(other.waited).toEqual([]);
    expect(other.repo.comments(later)).toEqual([]);
  });

  it('S14 goes on until it has looked at all pull requests, however many', async () => {
    const { asStarter, github, printed, propose, repo, run, waited } = await job();
    github.limits.set({ hourlyToken: 1e6, pointsAMinute: 1e6, creationsAMinute: 1e6, creationsAnHour: 1e6 });
    const files = (i: number) => ({ [`docs/${i}.md`]: '' });
    const pulls = Array.from({ length: 620 }, (_, i) => propose({ branch: `docs-${i}`, files: files(i) }));
    // Another run has been here, and nothing was left but for the pull request that changed before all others.
    const memory = createMemory();
    const token = github.asToken(repo, { actions: 'read', checks: 'write', contents: 'read', pull_requests: 'write' });
    const us = { app: GITHUB_ACTIONS, login: 'github-actions[bot]', starter: true };
    for (let i = 0; i < 7; i++) await look(token, { owner: repo.owner, repo: repo.repo }, us, github.now(), { memory });
    const { sha } = repo.pull(pulls[0] ?? 0).head;
    const [there] = github.world.repositories;
    if (there !== undefined) there.checks = there.checks.filter((check) => check.sha !== sha);

    expect(await run(asStarter)).toBe(0);
    expect(printed).toEqual([expect.stringMatching(/^- check on pull request 1, written/), 'Done.']);
    expect(repo.checks(sha)).toMatchObject([{ name: 'tiltyard', conclusion: 'success' }]);
    expect(waited).toEqual([]);
  });

  it('ends red where GitHub refuses what it should do', async () => {
    const { asStarter, github, printed, propose, run } = await job();
    propose();
    github.faults.always('error-before', 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments');
    expect(await run(asStarter)).toBe(1);
    expect(printed.at(-1)).toBe('Left to the next run: one thing.');
  });

  it('S15 prints nothing that the runner would take for a command', async () => {
    const { asApp, printed, propose, repo, run } = await job();
    const evil = '::set-output name=x::y\n::add-mask::z ##[add-path]/tmp \u001b[31m';
    propose({ files: { 'models/flight-delay/model.yaml': `name: ${JSON.stringify(evil)}\n` } });
    repo.push('main', { 'README.md': '# x\n' });
    await run(asApp);
    expect(printed.length).toBeGreaterThan(1);
    for (const line of printed) {
      expect(line).not.toMatch(/^\s*::|##\[|\p{Cc}/u);
    }
  });

  it('S18 prints neither its key nor its token', async () => {
    const { asApp, github, printed, propose, run, token } = await job();
    propose();
    github.faults.always('error-before', 'POST /repos/{owner}/{repo}/check-runs');
    expect(await run(asApp)).toBe(1);
    expect(printed.join('\n')).toContain('failed');
    for (const secret of [token, KEYS.privateKey, 'ghs_', 'eyJ']) expect(printed.join('\n')).not.toContain(secret);
  });

  it.each([
    [{}, 'neither an App nor a token'],
    [{ 'app-id': '1' }, 'only one is given'],
    [{ 'private-key': 'x' }, 'only one is given'],
    [{ 'app-id': 'one', 'private-key': 'hush-hush' }, 'app-id'],
    [{ 'app-id': '1', 'private-key': 'hush-hush' }, 'no private key'],
    [{ tokn: 'hush-hush' }, 'tokn'],
  ])('says what is wrong with the inputs %j, and shows none of them', async (inputs, what) => {
    const { run } = await job();
    const error: unknown = await run(inputs).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain(what);
    expect(String(error)).not.toContain('hush-hush');
  });

  it('says so where GitHub does not take the key', async () => {
    const { asApp, run } = await job();
    const { privateKey: other } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
      publicKeyEncoding: { type: 'spki', format: 'pem' },
    });
    const error: unknown = await run({ ...asApp, 'private-key': other }).catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(UserError);
    expect(String(error)).toContain('GitHub does not take this key for the App');
  });

  it('says so where the App is not installed', async () => {
    const { app, asApp, github, run } = await job();
    github.suspend(app, 'acme', true);
    await expect(run(asApp)).rejects.toThrow('is not installed at acme/models, or suspended there');
  });

  it('runs as the action starts it', async () => {
    const { asStarter, base, propose, repo } = await job();
    const pull = propose();
    const start = (inputs: object) =>
      execa('node', ['bot/action/main.ts'], {
        env: { ...base, INPUTS: JSON.stringify(inputs), PATH: process.env['PATH'] ?? '' },
        extendEnv: false,
        reject: false,
      });
    const wrong = await start({});
    expect([wrong.exitCode, wrong.stderr]).toEqual([
      1,
      expect.stringMatching(/^neither an App nor a token is given\n/),
    ]);
    const right = await start(asStarter);
    expect([right.exitCode, right.stderr, right.stdout]).toEqual([0, '', expect.stringMatching(/Done\.$/)]);
    expect(repo.comments(pull)).toHaveLength(1);
  });
});
