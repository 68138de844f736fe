import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import type { GitHub } from '#registry/github/client.ts';
import { look } from '../../bot/look.ts';
import { createMemory, hint, type Memory } from '../../bot/snapshot/memory.ts';
import type { Snapshot } from '../../bot/snapshot/snapshot.ts';
import { HttpError } from '../github/requests.ts';
import { createScene } from '../github/scene.ts';
import { isoSeconds } from '../github/state.ts';
import { bare } from '../registry/markdown/bare.ts';
import { channelsFile, registered } from './decide/registry-folder.ts';
import { oneClient, runBot } from './running-bot.ts';

const ACTIVITY = 'GET /repos/{owner}/{repo}/activity';
const CHECK = 'POST /repos/{owner}/{repo}/check-runs';
const base = { ...registered(['1.0.0', '1.1.0']), ...channelsFile({ champion: '1.0.0' }) };
const canary = (traffic: number) => channelsFile({ champion: '1.0.0', canary: { version: '1.1.0', traffic } });
const illegal = channelsFile({ champion: '1.1.0' });
const notes = (text: string) => ({ 'registry/README.md': `${text}\n` });

interface Looking {
  by?: GitHub;
  us?: Snapshot['us'];
  remembers?: Memory;
}

/** A repository with a registry that one process looks at, or each time another one. */
function watched(files: Record<string, string> = {}) {
  const scene = createScene({ files: { ...base, ...files } });
  const { github, repo } = scene;
  const place = { owner: repo.owner, repo: repo.repo };
  const memory = createMemory();
  const lookNow = async ({ by = scene.client, us = scene.us, remembers = memory }: Looking = {}) => {
    github.faults.forget();
    return look(by, place, us, github.now(), { memory: remembers });
  };
  const asked = () => github.faults.calls.filter((route) => route === ACTIVITY).length;
  const said = (sha: string) => repo.checks(sha).map(({ conclusion, name }) => [name, conclusion]);
  const world = () => github.world.repositories[0];
  return { ...scene, place, memory, lookNow, asked, said, world, cold: () => lookNow({ remembers: createMemory() }) };
}
const RED = [['tiltyard / direct push', 'failure']];

describe('a push to the registry', () => {
  it('S11 is told of on its commit, once', async () => {
    const { asked, cold, github, lookNow, repo, said } = watched();
    await lookNow();
    const sha = repo.push('main', canary(5), { by: 'eve', author: 'olga' });
    const { done, unread } = await lookNow();
    expect(unread).toEqual([]);
    expect(done).toMatchObject([{ outcome: 'written', action: { kind: 'check', pull: null, head: sha } }]);
    expect(said(sha)).toEqual(RED);
    const [{ app, summary, title } = Object()] = repo.checks(sha);
    expect([app, title]).toEqual([expect.any(Number), 'eve pushed to registry/ directly']);
    expect(summary).toContain('`eve` pushed to `main`');
    expect(summary).toContain('- changes `registry/shop/channels.yaml`');
    expect(summary).toContain('`shop`: The registry stays sound: 1.1.0 → canary 5 %.');
    for (const again of [lookNow, lookNow, cold]) {
      expect(await again()).toEqual({ done: [], unread: [] });
      expect(github.faults.calls.filter((route) => !route.startsWith('GET '))).toEqual([]);
    }
    expect(asked()).toBe(1);
  });

  it('S11 is told of beside the pull requests that are open, with what the rules say', async () => {
    const { lookNow, propose, repo, said } = watched();
    const pull = propose();
    await lookNow();
    const sha = repo.push('main', illegal, { by: 'eve' });
    await lookNow();
    expect(said(sha)).toEqual(RED);
    expect(repo.checks(sha)[0]?.summary).toMatch(/`shop`: The registry may not change like this/);
    expect(said(repo.pull(pull).head.sha)).toContainEqual(['tiltyard', null]);
  });

  it('S11 is told of also where the next one took it back, and where it put aside what was there', async () => {
    const { lookNow, repo, said } = watched();
    await lookNow();
    const before = repo.head();
    const pushed = repo.push('main', notes('one'), { by: 'eve' });
    const reverted = repo.push('main', { 'registry/README.md': null }, { by: 'eve' });
    const plain = repo.push('main', { 'README.md': '# Ours\n' }, { by: 'ann' });
    const forced = repo.push('main', notes('two'), { by: 'eve', force: true, from: before });
    await lookNow();
    expect([pushed, reverted, plain, forced].map(said)).toEqual([RED, RED, [], RED]);
    expect(repo.checks(forced)[0]?.summary).toContain(`put aside what was there, \`${plain.slice(0, 7)}\``);
  });

  it('S11 is told of where a second one brought the branch back to where it was', async () => {
    const { client, lookNow, memory, place, propose, repo, said, world } = watched();
    repo.push('main', { 'README.md': '# Ours\n' });
    propose();
    await lookNow();
    const before = repo.head();
    const pushed = repo.push('main', notes('one'), { by: 'eve' });
    world()?.refs.set('refs/heads/main', before);
    const back = { type: 'force_push' as const, before: pushed, after: before, by: 'eve' };
    const [last] = world()?.activities.slice(-1) ?? [];
    if (last !== undefined) world()?.activities.push({ ...last, ...back, id: last.id + 100_000 });
    hint(memory, place, { pushed: true });
    const without: GitHub = {
      request: async (route, parameters) => {
        if (route === ACTIVITY) throw new HttpError('Server Error', 502);
        return client.request(route, parameters);
      },
    };
    expect((await lookNow({ by: without })).unread).toHaveLength(1);
    await lookNow();
    expect([pushed, before].map(said)).toEqual([RED, RED]);
  });

  it('S11 is told of where nobody knows any more what was there before', async () => {
    const { github, lookNow, repo, said } = watched();
    const lost = repo.push('main', { 'README.md': '# Ours\n' });
    await lookNow();
    const forced = repo.push('main', { 'README.md': '# Other\n' }, { by: 'eve', force: true, from: lost });
    github.world.repositories[0]?.activities.splice(0, 2);
    github.world.objects.commits.delete(lost);
    for (const [, commit] of github.world.objects.commits)
      commit.parents = commit.parents.filter((one) => one !== lost);
    await lookNow({ remembers: createMemory() });
    expect(said(forced)).toEqual(RED);
    expect(repo.checks(forced)[0]?.summary).toContain('its files could not be listed');
  });

  it('is none where a pull request was merged, by hand or by a queue, nor on another branch', async () => {
    const { lookNow, propose, repo, said, world } = watched();
    await lookNow();
    const merged = repo.merge(propose({ branch: 'one', files: notes('one') }), 'olga');
    const queued = repo.merge(propose({ branch: 'two', files: notes('two') }), 'olga');
    world().activities.splice(-1, 1, { ...world().activities.slice(-1)[0], type: 'merge_queue_merge' });
    const other = repo.push('release', notes('three'), { by: 'eve' });
    const queue = repo.push(`gh-readonly-queue/main/pr-1-${queued}`, notes('four'), { by: 'github-merge-queue' });
    expect(await lookNow()).toEqual({ done: [], unread: [] });
    expect([merged, queued, other, queue].map(said)).toEqual([[], [], [], []]);
  });

  it('of more than a day ago is not told of by whoever begins to look, but by whoever could not look for long', async () => {
    const { cold, github, lookNow, repo, said } = watched();
    await lookNow();
    const sha = repo.push('main', notes('old'), { by: 'eve' });
    github.advance({ hours: 25 });
    expect(await cold()).toEqual({ done: [], unread: [] });
    expect(said(sha)).toEqual([]);
    await lookNow();
    expect(said(sha)).toEqual(RED);
  });

  it('S14 is told of in the next look where there are many', async () => {
    const { lookNow, repo, said } = watched();
    await lookNow();
    const pushes = Array.from({ length: 14 }, (_, i) => repo.push('main', notes(`${i}`), { by: 'eve' }));
    expect((await lookNow()).unread).toEqual([{ pull: null, error: null }]);
    expect(pushes.map((sha) => said(sha).length)).toEqual([...Array(4).fill(0), ...Array(10).fill(1)]);
    expect((await lookNow()).unread).toEqual([]);
    expect(pushes.map(said)).toEqual(pushes.map(() => RED));
    expect(await lookNow()).toEqual({ done: [], unread: [] });
  });

  it.each(['error-before', 'error-after', 'timeout-after', 'secondary-limit'] as const)(
    'S14 is told of once where the answer is %s',
    async (fault) => {
      const { github, lookNow, repo, said } = watched();
      const sha = repo.push('main', canary(5), { by: 'eve' });
      github.faults.at({ route: CHECK }, fault);
      await lookNow();
      github.faults.clear();
      await lookNow();
      expect(said(sha)).toEqual(RED);
      expect(github.world.repositories[0]?.checks).toHaveLength(1);
    },
  );

  it('S15 shows whoever pushed, and their files, as text', async () => {
    const { github, lookNow, repo } = watched();
    const names = ['@acme', '`<img src=x>`', '![x](https:', '[x](evil) | # b', '\u202Elmay.slennahc'];
    const sha = repo.push('main', Object.fromEntries(names.map((name) => [`registry/shop/${name}`, 'x\n'])));
    const activity = github.world.repositories[0]?.activities.at(-1);
    if (activity !== undefined) activity.by = '@olga <b>';
    await lookNow();
    const [{ summary, title } = Object()] = repo.checks(sha);
    expect(bare(summary)).not.toMatch(/@|<|\]\(|\p{Cf}/u);
    expect(title).toBe('＠olga ‹b> pushed to registry/ directly');
  });

  it('is told of by a workflow’s token too, for which a workflow’s push is none of ours', async () => {
    const { github, lookNow, repo, said } = watched();
    const us = { app: 15368, login: 'github-actions[bot]', starter: true };
    const by = github.asToken(repo, { checks: 'write', contents: 'read', pull_requests: 'read', actions: 'read' });
    const sha = repo.push('main', canary(5), { by: 'github-actions[bot]' });
    await lookNow({ by, us });
    expect(said(sha)).toEqual(RED);
    const own = repo.push('main', canary(10), { by: 'tiltyard[bot]' });
    await lookNow();
    expect(said(own)).toEqual([]);
  });
});

describe('pushes', () => {
  it('are asked for once where the branch does not move, and else where somebody tells, or nobody does', async () => {
    const { asked, lookNow, memory, place, propose, repo } = watched();
    const count = async (about?: Parameters<typeof hint>[2]) => {
      if (about !== undefined) hint(memory, place, about);
      await lookNow();
      return asked();
    };
    expect(await count()).toBe(1);
    expect([await count({ pull: 7 }), await count({ pushed: true }), await count({ sweep: true })]).toEqual([0, 1, 1]);
    // Where pull requests go into the branch, it is known where that is.
    propose();
    expect([await count(), await count({ pushed: true }), await count({ sweep: true })]).toEqual([0, 1, 0]);
    // With another commit there, but the same registry, there is nothing to ask for.
    repo.push('main', { 'README.md': '# Ours\n' });
    expect([await count({ pull: 7 }), await count({ sweep: true })]).toEqual([0, 0]);
    repo.push('main', notes('one'), { by: 'eve' });
    expect([await count({ pull: 7 }), await count({ sweep: true }), await count({ sweep: true })]).toEqual([1, 1, 0]);
    repo.archive();
    expect(await count({ pushed: true })).toBe(0);
  });

  it('are asked for at once where their webhook tells that they may have changed the registry', async () => {
    const { asked, client, github, place, repo, us } = watched();
    const { bot, send } = await runBot(oneClient(client, us), github.now);
    bot.wake(place);
    await bot.idle();
    github.takeDeliveries();
    const asks = async (act: () => unknown) => {
      act();
      github.faults.forget();
      for (const { event, payload } of github.takeDeliveries()) expect(await send(event, payload)).toBe(200);
      await bot.idle();
      const count = asked();
      // What was told of is seen to be told.
      bot.wake(place);
      await bot.idle();
      return count > 0;
    };
    const before = repo.head();
    expect(await asks(() => repo.push('main', { 'README.md': '# Ours\n', 'docs/registry/a.md': 'a\n' }))).toBe(false);
    expect(await asks(() => repo.push('release', notes('one'), { by: 'eve' }))).toBe(false);
    expect(await asks(() => repo.push('main', notes('one'), { by: 'eve' }))).toBe(true);
    expect(await asks(() => repo.push('main', { 'README.md': '# Mine\n' }))).toBe(false);
    expect(await asks(() => repo.push('main', { 'registry/README.md': null }, { by: 'eve' }))).toBe(true);
    expect(await asks(() => repo.push('main', {}, { by: 'eve', force: true, from: before }))).toBe(true);
  });

  it('S14 that GitHub lists a little later are asked for until then', async () => {
    const { client, github, lookNow, propose, repo, said } = watched();
    propose();
    await lookNow();
    const sha = repo.push('main', canary(5), { by: 'eve' });
    const at = isoSeconds(github.now());
    const late: GitHub = {
      request: async (route, parameters) => {
        const answer = await client.request(route, parameters);
        if (route !== ACTIVITY || !Array.isArray(answer.data)) return answer;
        return { ...answer, headers: {}, data: answer.data.filter(({ timestamp }) => timestamp < at) };
      },
    };
    await lookNow({ by: late });
    expect(said(sha)).toEqual([]);
    await lookNow();
    expect(said(sha)).toEqual(RED);
  });

  it('are no more asked for after ten minutes where GitHub never lists who brought the branch there', async () => {
    const { asked, github, lookNow, propose, world } = watched();
    propose();
    world().activities.length = 0;
    const counts: number[] = [];
    for (let look = 0; look < 4; look++) {
      await lookNow();
      counts.push(asked());
      github.advance({ minutes: 6 });
    }
    expect(counts).toEqual([1, 1, 1, 0]);
  });

  it('are not asked for where GitHub has no such list, and nothing is missed of the rest', async () => {
    const { client, lookNow, propose, repo, said } = watched();
    const pull = propose({ files: { 'docs/a.md': 'a\n' } });
    repo.push('main', canary(5), { by: 'eve' });
    const without: GitHub = {
      request: async (route, parameters) => {
        if (route === ACTIVITY) throw new HttpError('Not Found', 404);
        return client.request(route, parameters);
      },
    };
    expect((await lookNow({ by: without })).unread).toEqual([]);
    expect(said(repo.pull(pull).head.sha)).toEqual([['tiltyard', 'success']]);
  });

  it.each([403, 502])('that can’t be read (%i) keep no pull request waiting, and that is told', async (status) => {
    const { client, lookNow, propose, repo, said } = watched();
    const pull = propose({ files: { 'docs/a.md': 'a\n' } });
    const sha = repo.push('main', canary(5), { by: 'eve' });
    const without: GitHub = {
      request: async (route, parameters) => {
        if (route === ACTIVITY) throw new HttpError('no such thing', status);
        return client.request(route, parameters);
      },
    };
    const { unread } = await lookNow({ by: without });
    expect(unread).toEqual([{ pull: null, error: expect.objectContaining({ status }) }]);
    expect(said(repo.pull(pull).head.sha)).toEqual([['tiltyard', 'success']]);
    await lookNow();
    expect(said(sha)).toEqual(RED);
  });

  it('of which one can’t be read are told of but for that one', async () => {
    const { client, lookNow, repo, said } = watched();
    const first = repo.push('main', notes('one'), { by: 'eve' });
    const second = repo.push('main', notes('two'), { by: 'eve' });
    const partly: GitHub = {
      request: async (route, parameters = {}) => {
        if (route.endsWith('/check-runs') && parameters['ref'] === second) throw new HttpError('Server Error', 502);
        return client.request(route, parameters);
      },
    };
    const { unread } = await lookNow({ by: partly });
    expect(unread).toMatchObject([{ pull: null, error: { status: 502 } }]);
    expect([first, second].map(said)).toEqual([RED, []]);
    await lookNow();
    expect([first, second].map(said)).toEqual([RED, RED]);
  });

  it('need the approvals that were asked for before them', async () => {
    const settings = stringify({ bot: { approvers: ['olga'], approvals: 1 } });
    const { lookNow, repo } = watched({ 'tiltyard.yaml': settings });
    const sha = repo.push('main', { ...canary(5), 'tiltyard.yaml': stringify({ bot: { approvers: ['eve'] } }) });
    await lookNow();
    expect(repo.checks(sha)[0]?.summary).toMatch(/the approval of one of `olga`\.$/);
  });
});
