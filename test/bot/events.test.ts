import { readFileSync } from 'node:fs';
import webhookExamples from '@octokit/webhooks-examples';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Connection } from '../../bot/connection.ts';
import { root } from '../contract/source.ts';
import { createScene } from '../github/scene.ts';
import { oneClient, runBot } from './running-bot.ts';

/** Payloads as GitHub sent them once, of every event that it has. Some lack `installation`, which an App's have. */
const examples = z
  .array(
    z.object({
      name: z.string(),
      examples: z.array(
        z.looseObject({
          action: z.string().optional(),
          repository: z.looseObject({ full_name: z.string() }).optional(),
        }),
      ),
    }),
  )
  .parse(webhookExamples)
  .flatMap(({ examples: payloads, name }) => payloads.map((payload) => ({ name, payload })));

/** What the page says wakes the bot: events with their actions; none for an event that has no actions. */
const page = readFileSync(`${root}docs/bot.md`, 'utf8');
const [, table = ''] = /\| Event \| Action \|\n\|---\|---\|\n(.*?)\n\n/s.exec(page) ?? [];
const waking = new Map(
  table.split('\n').map((row) => {
    const [, event = '', actions = ''] = /^\| `(\w+)` \| (.*) \|$/.exec(row) ?? [];
    return [event, [...actions.matchAll(/`(\w+)`/g)].map(([, action = '']) => action)];
  }),
);

const us = { app: 1, login: 'tiltyard[bot]', starter: false };
const unreachable = {
  request: async () => {
    throw new Error('GitHub was asked');
  },
};
const runIdle = () => runBot({ ...oneClient(unreachable, us), open: async () => null });

/** As the page has it, of a payload that is a real one. */
function shouldWake(event: string, payload: { action?: string | undefined }): boolean {
  const actions = waking.get(event);
  if (actions === undefined) return false;
  const { issue, ref, sender } = Object(payload);
  if (event === 'push') return ref.startsWith('refs/heads/');
  if (event === 'issue_comment' && (issue.pull_request === undefined || sender.type === 'Bot')) return false;
  return actions.includes(payload.action ?? '');
}

const repository = { name: 'models', full_name: 'acme/models', owner: { login: 'acme' }, default_branch: 'main' };
const on = { repository, repositories: [repository], repositories_added: [repository] };
const byPerson = { issue: { pull_request: {} }, sender: { type: 'User' } };

describe('events', () => {
  it('wake as the page says, each of GitHub’s examples, and fail at none', async () => {
    const { log, send, woken } = await runIdle();
    expect(waking.size).toBe(9);
    for (const { name, payload } of examples) {
      woken.length = 0;
      expect(await send(name, { ...payload, installation: { id: 1 } }), name).toBe(200);
      const { repositories, repositories_added, repository: one } = Object(payload);
      const listed = z
        .array(z.object({ full_name: z.string() }))
        .catch([])
        .parse(repositories_added ?? repositories);
      const names = (one === undefined ? listed : [one]).map(({ full_name }: { full_name: string }) => full_name);
      expect(woken, `${name} ${payload.action}`).toEqual(shouldWake(name, payload) ? names : []);
    }
    expect(log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  });

  it('wake as the page says, also those that GitHub has no example of', async () => {
    const { send, woken } = await runIdle();
    for (const [event, actions] of waking) {
      for (const action of actions.length === 0 ? [undefined] : actions) {
        woken.length = 0;
        expect(await send(event, { ...on, ...byPerson, action, ref: 'refs/heads/main' })).toBe(200);
        expect(woken, `${event} ${action}`).toEqual(['acme/models']);
      }
    }
  });

  it.each([
    ['pull_request', { action: 'labeled' }],
    ['check_run', { action: 'completed' }],
    ['check_run', { action: 'created' }],
    ['issue_comment', { action: 'created', issue: { pull_request: {} }, sender: { type: 'Bot' } }],
    ['issue_comment', { action: 'created', issue: {}, sender: { type: 'User' } }],
    ['issue_comment', { action: 'created', issue: null, sender: null }],
    ['push', { ref: 'refs/tags/main' }],
    ['push', { ref: null }],
    ['installation', { action: 'suspend' }],
    ['installation', { action: 'deleted' }],
    [
      'installation',
      { action: 'created', repositories: [{ full_name: '../../models' }, { full_name: '../..' }, null] },
    ],
    ['installation_repositories', { action: 'removed', repositories_removed: [repository] }],
  ])('%s %j wakes nothing', async (event, payload) => {
    const { log, send, woken } = await runIdle();
    expect(await send(event, { ...on, ...payload })).toBe(200);
    expect(woken).toEqual([]);
    expect(log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  });

  it('S14 change nothing of what is settled, each of GitHub’s examples, as if it were of our repository', async () => {
    const { client, evaluate, github, propose, repo, us: app } = createScene();
    const only: Connection = {
      ...oneClient(client, app),
      open: async (place) => (place.owner === repo.owner && place.repo === repo.repo ? client : null),
    };
    const { bot, log, send, woken } = await runBot(only, github.now);
    const pull = propose();
    evaluate(pull);
    bot.wake({ owner: repo.owner, repo: repo.repo });
    await bot.idle();
    const seen = () => [repo.comments(pull), repo.checks(repo.pull(pull).head.sha)];
    const before = structuredClone(seen());
    github.faults.forget();
    for (const { name, payload } of examples) {
      const ours =
        payload.repository === undefined
          ? payload
          : { ...payload, repository: { ...payload.repository, ...repository } };
      expect(await send(name, { ...ours, installation: { id: 1 } }), name).toBe(200);
      await bot.idle();
    }
    expect(woken.filter((name) => name === 'acme/models').length).toBeGreaterThan(20);
    expect(seen()).toEqual(before);
    const writes = github.faults.calls.filter((route) => !route.startsWith('GET '));
    expect(writes).toEqual([]);
    expect(github.faults.calls.length).toBeGreaterThan(20);
    expect(log.filter((line) => /"level":[56]0/.test(line))).toEqual([]);
  });
});
