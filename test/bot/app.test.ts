import { describe, expect, it, onTestFinished } from 'vitest';
import { deliver } from '../github/deliver.ts';
import { serveGitHub } from '../github/http.ts';
import { createScene } from '../github/scene.ts';
import { KEYS, runBot, SECRET } from './running-bot.ts';

/** The bot's own server with the real Probot, and the double's server: nothing in between but HTTP. */
async function runApp() {
  const scene = createScene();
  const { app, github } = scene;
  const served = await serveGitHub(github, new Map([[app.id, KEYS.publicKey]]));
  onTestFinished(() => served.close());
  const running = await runBot({ id: app.id, url: served.url }, github.now);
  // The sweep that it begins with.
  await expect.poll(() => running.metrics.text()).toMatch(/last_sweep_timestamp_seconds \d/);
  await running.bot.idle();
  return {
    ...scene,
    ...running,
    /** GitHub sends what it has to send, and the bot does what it does about it. */
    async settle(): Promise<void> {
      for (;;) {
        const deliveries = github.takeDeliveries();
        for (const delivery of deliveries)
          expect(await deliver(delivery, running.url('/api/github/webhooks'), SECRET)).toBe(200);
        await running.bot.idle();
        if (deliveries.length === 0) return;
      }
    },
  };
}

describe('the App', () => {
  it('follows a pull request by its webhooks alone', async () => {
    const { evaluate, github, propose, repo, settle } = await runApp();
    const pull = propose();
    await settle();
    expect(repo.comments(pull)).toMatchObject([
      { author: 'tiltyard[bot]', body: expect.stringContaining('waiting for the workflow') },
    ]);
    const { sha } = repo.pull(pull).head;
    expect(repo.checks(sha).map(({ status }) => status)).toEqual(['in_progress', 'in_progress']);
    evaluate(pull);
    await settle();
    expect(repo.comments(pull)).toMatchObject([{ body: expect.stringContaining('better') }]);
    expect(repo.checks(sha).map(({ conclusion }) => conclusion)).toEqual(['success', 'success']);

    // Nothing changes, so that nothing is written.
    github.faults.forget();
    repo.push('main', { 'README.md': '# Our models\n' }, { by: 'olga' });
    await settle();
    expect(github.faults.calls.length).toBeGreaterThan(0);
    expect(github.faults.calls.filter((route) => !route.startsWith('GET ') && !route.includes('/app/'))).toEqual([]);
  });

  it('S10 judges a head anew once another pull request with it is closed', async () => {
    const { evaluate, propose, repo, settle } = await runApp();
    const pull = propose();
    evaluate(pull);
    // Another branch, whose policy can't be read: the one check of the common head says so.
    repo.push('release', { 'models/flight-delay/model.yaml': 'name: [' }, { by: 'olga' });
    const other = repo.openPull({ head: 'better', base: 'release', by: 'ann' });
    const conclusion = () => repo.checks(repo.pull(pull).head.sha).find(({ name }) => name === 'tiltyard')?.conclusion;
    await settle();
    // Once more, so that nothing is left to do for either.
    repo.comment(other, 'olga', 'Hm.');
    await settle();
    expect(conclusion()).toBe('action_required');
    repo.close(other, 'ann');
    await settle();
    expect(conclusion()).toBe('success');
  });

  it('S6 looks again where the policy of a base changes that is not the default branch', async () => {
    const { evaluate, propose, repo, settle } = await runApp();
    propose();
    repo.push('release', { 'README.md': '# Release\n' }, { by: 'olga' });
    const pull = repo.openPull({ head: 'better', base: 'release', by: 'ann' });
    evaluate(pull);
    await settle();
    repo.push('release', { 'models/flight-delay/model.yaml': 'name: [' }, { by: 'olga' });
    await settle();
    const [check] = repo.checks(repo.pull(pull).head.sha).filter(({ name }) => name === 'tiltyard');
    expect(check?.conclusion).toBe('action_required');
  });

  it('L2 finds by its sweep what no webhook told it', async () => {
    const { bot, evaluate, github, metrics, propose, repo } = await runApp();
    const pull = propose();
    evaluate(pull);
    github.takeDeliveries();
    await bot.sweep();
    await bot.idle();
    expect(repo.comments(pull)).toMatchObject([{ body: expect.stringContaining('better') }]);
    expect(metrics.text()).toMatch(/tiltyard_last_sweep_timestamp_seconds \d{10}\n/);
  });

  it('S17 changes nothing where it is suspended: GitHub refuses its token, and soon it asks for nothing there', async () => {
    const { app, bot, evaluate, github, propose, repo, settle, woken } = await runApp();
    const pull = propose();
    await settle();
    const before = repo.comments(pull).map(({ body }) => body);
    github.suspend(app, 'acme', true);
    evaluate(pull);
    github.faults.forget();
    const place = { owner: repo.owner, repo: repo.repo };
    bot.wake(place);
    await bot.idle();
    expect(github.faults.calls).toEqual(['GET /repos/{owner}/{repo}/pulls']);
    github.faults.forget();
    await bot.sweep();
    bot.wake(place);
    await bot.idle();
    expect(github.faults.calls).toEqual(['GET /app/installations', 'GET /repos/{owner}/{repo}/installation']);
    expect(repo.comments(pull).map(({ body }) => body)).toEqual(before);
    github.suspend(app, 'acme', false);
    await bot.sweep();
    await bot.idle();
    expect(woken.length).toBeGreaterThan(1);
    expect(repo.comments(pull)).toMatchObject([{ body: expect.stringContaining('better') }]);
  });

  it('leaves repositories alone where it is not installed, or that are archived', async () => {
    const { bot, github, log, repo } = await runApp();
    const other = github.createRepository('other/models', { by: 'eve' });
    repo.archive();
    github.faults.forget();
    bot.wake({ owner: other.owner, repo: other.repo });
    bot.wake({ owner: 'nobody', repo: '../../user' });
    await bot.sweep();
    await bot.idle();
    expect(github.faults.calls.filter((route) => route.includes('/pulls'))).toEqual([]);
    expect(log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  });

  it('sends no write twice, whatever Octokit would do by itself', async () => {
    for (const fault of ['error-before', 'error-after', 'timeout-after', 'secondary-limit'] as const) {
      const { bot, github, propose, repo } = await runApp();
      propose();
      const POST = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
      github.faults.always(fault, POST);
      github.faults.forget();
      bot.wake({ owner: repo.owner, repo: repo.repo });
      await bot.idle();
      expect(github.faults.calls.filter((route) => route === POST)).toHaveLength(1);
    }
  });

  it('S18 shows neither its key nor its tokens in the log', async () => {
    const { evaluate, github, log, propose, settle } = await runApp();
    const pull = propose();
    github.faults.at(5, 'error-before');
    github.faults.at(9, 'secondary-limit');
    await settle();
    evaluate(pull);
    await settle();
    const text = log.join('');
    expect(text.length).toBeGreaterThan(1000);
    for (const token of [...github.world.tokens.keys(), 'ghs_', 'eyJ', 'PRIVATE KEY', SECRET])
      expect(text).not.toContain(token);
  });
});
