import { execa } from 'execa';
import { expect, it } from 'vitest';
import { oneClient, runBot } from '../bot/running-bot.ts';
import { createScene } from '../github/scene.ts';

it('Prometheus reads the metrics of a bot that worked, failed and was asked wrongly, and has nothing to say of them', async () => {
  const { client, evaluate, github, propose, repo, us } = createScene();
  const place = { owner: repo.owner, repo: repo.repo };
  const { bot, send, url } = await runBot(oneClient(client, us, [place]), github.now);
  const check = async () => {
    const text = await (await fetch(url('/metrics'))).text();
    const checked = await execa('promtool', ['check', 'metrics'], { input: text, reject: false });
    return [checked.exitCode, checked.stdout, checked.stderr];
  };
  // Before anything was counted, too.
  expect(await check()).toEqual([0, '', '']);
  const pull = propose();
  for (const { event, payload } of github.takeDeliveries()) expect(await send(event, payload)).toBe(200);
  expect(await send('pull_request', {}, { signature: 'sha256=0' })).toBe(400);
  await bot.idle();
  evaluate(pull);
  github.faults.always('error-before', 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}');
  bot.wake(place);
  await bot.idle();
  const text = await (await fetch(url('/metrics'))).text();
  for (const family of ['looks_total', 'actions_total', 'webhooks_total', 'webhook_seconds_count'])
    expect(text).toMatch(new RegExp(`^tiltyard_${family}(\\{[^}]*\\})? \\d`, 'm'));
  expect(await check()).toEqual([0, '', '']);
});
