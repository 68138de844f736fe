import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createBot } from '../../bot/bot.ts';
import { createLog } from '../../bot/log.ts';
import { metered } from '../../bot/metered.ts';
import { createMetrics } from '../../bot/metrics.ts';
import { createScene, type Scene } from '../github/scene.ts';
import { oneClient } from './running-bot.ts';

const POST_COMMENT = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';

function botOf({ client, github, us }: Scene) {
  const metrics = createMetrics();
  const line = metered(client, metrics, github.now);
  const log = createLog('silent', []);
  return createBot({ connection: oneClient(line, us), metrics, log, now: github.now, settle: 0 });
}

/** Real looks take real turns of the event loop; only waiting for an hour is shortened. */
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('the bot', () => {
  it('looks again where something came while it looked', async () => {
    let seen = 0;
    let whileLooking = () => {};
    const scene = createScene({
      gate: async (_, route) => {
        if (route === POST_COMMENT && (seen += 1) === 1) whileLooking();
      },
    });
    const { propose, repo } = scene;
    const place = { owner: repo.owner, repo: repo.repo };
    const first = propose();
    const bot = botOf(scene);
    let second = 0;
    whileLooking = () => {
      second = propose({ branch: 'other', files: { 'models/flight-delay/features.sql': 'SELECT 1\n' } });
      bot.wake(place);
    };
    bot.wake(place);
    await vi.advanceTimersByTimeAsync(10);
    await bot.idle();
    expect([first, second].map((pull) => repo.comments(pull).length)).toEqual([1, 1]);
  });

  it('tries again by itself what GitHub did not do, each time later', async () => {
    const scene = createScene();
    const { github, propose, repo } = scene;
    const pull = propose();
    github.faults.always('error-before', POST_COMMENT);
    const bot = botOf(scene);
    const tried = () => github.faults.calls.filter((route) => route === POST_COMMENT).length;
    bot.wake({ owner: repo.owner, repo: repo.repo });
    for (const [seconds, times] of [
      // After 5 seconds, then 10, then 20.
      [1, 1],
      [3.9, 1],
      [0.2, 2],
      [9.8, 2],
      [0.3, 3],
      [19.6, 3],
      [0.5, 4],
    ] as const) {
      await vi.advanceTimersByTimeAsync(seconds * 1000);
      await bot.idle();
      expect([seconds, tried()]).toEqual([seconds, times]);
    }
    github.faults.clear();
    await vi.advanceTimersByTimeAsync(60_000);
    await bot.idle();
    expect(repo.comments(pull)).toHaveLength(1);
    const calls = github.faults.calls.length;
    await vi.advanceTimersByTimeAsync(3_600_000);
    await bot.idle();
    expect(github.faults.calls).toHaveLength(calls);
  });

  it('tries again a look that failed', async () => {
    const scene = createScene();
    const { github, propose, repo } = scene;
    const pull = propose();
    github.faults.always('timeout-before');
    const bot = botOf(scene);
    bot.wake({ owner: repo.owner, repo: repo.repo });
    await vi.advanceTimersByTimeAsync(1000);
    github.faults.clear();
    await vi.advanceTimersByTimeAsync(6000);
    await bot.idle();
    expect(repo.comments(pull)).toHaveLength(1);
    await bot.stop();
  });

  it('goes on when GitHub says that it may', async () => {
    const scene = createScene();
    const { github, propose, repo } = scene;
    const pull = propose();
    github.faults.at({ route: POST_COMMENT }, 'secondary-limit');
    const bot = botOf(scene);
    bot.wake({ owner: repo.owner, repo: repo.repo });
    await vi.advanceTimersByTimeAsync(1000);
    await bot.idle();
    expect(repo.comments(pull)).toEqual([]);
    const calls = github.faults.calls.length;
    await vi.advanceTimersByTimeAsync(50_000);
    expect(github.faults.calls).toHaveLength(calls);
    github.advance({ minutes: 1 });
    await vi.advanceTimersByTimeAsync(12_000);
    await bot.idle();
    expect(repo.comments(pull)).toHaveLength(1);
    await bot.stop();
  });

  it('begins nothing after it was stopped', async () => {
    const scene = createScene();
    const { github, propose, repo } = scene;
    propose();
    const bot = botOf(scene);
    await bot.stop();
    bot.wake({ owner: repo.owner, repo: repo.repo });
    await vi.advanceTimersByTimeAsync(60_000);
    await bot.idle();
    expect(github.faults.calls).toEqual([]);
  });
});
