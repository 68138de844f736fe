import { describe, expect, it } from 'vitest';
import type { GitHub } from '#registry/github/client.ts';
import { look } from '../../bot/look.ts';
import { laterOf, metered } from '../../bot/metered.ts';
import { createMetrics } from '../../bot/metrics.ts';
import { hint } from '../../bot/snapshot/memory.ts';
import { HttpError } from '../github/requests.ts';
import { watchedScene } from './watched.ts';

const COMMENTS = 'GET /repos/{owner}/{repo}/issues/{issue_number}/comments';

/** A scene that one process looks at again and again. */
function watched() {
  const scene = watchedScene();
  const { client, github, memory, place, us } = scene;
  const sweep = (by: GitHub = client) => look(by, place, us, github.now(), { memory });
  const untilQuiet = async () => {
    while ((await sweep()).done.length > 0);
  };
  const docs = (count: number) =>
    Array.from({ length: count }, (_, i) =>
      scene.propose({ branch: `docs-${i}`, files: { [`docs/${i}.md`]: `${i}\n` } }),
    );
  return { ...scene, memory, place, sweep, untilQuiet, docs };
}

describe('what looks remember', () => {
  it('L2 finds by itself that a run has ended, however many have begun since', async () => {
    const { evaluate, propose, repo, sweep, untilQuiet } = watched();
    const pull = propose();
    const run = repo.startRun({ pull });
    await untilQuiet();
    for (let i = 0; i < 130; i++) repo.completeRun(repo.startRun({ event: 'push' }));
    await sweep();
    repo.completeRun(run, { conclusion: 'failure', jobs: [{ name: 'train', conclusion: 'failure' }] });
    await sweep();
    expect(repo.comments(pull)).toMatchObject([{ body: expect.stringContaining('failed') }]);
    evaluate(pull);
    await sweep();
    expect(repo.comments(pull)).toMatchObject([{ body: expect.stringContaining('better') }]);
  });

  it('says at its time that evidence is overdue, and asks for nothing of it before', async () => {
    const { github, propose, repo, sweep, untilQuiet } = watched();
    const pull = propose();
    repo.startRun({ pull });
    await untilQuiet();
    github.advance({ minutes: 57 });
    github.faults.forget();
    expect((await sweep()).done).toEqual([]);
    expect(github.faults.calls).not.toContain(COMMENTS);
    github.advance({ minutes: 4 });
    await sweep();
    expect(repo.comments(pull)).toMatchObject([{ body: expect.stringContaining('no evidence after 60 min') }]);
    expect(repo.checks(repo.pull(pull).head.sha).map(({ conclusion }) => conclusion)).toEqual([
      'action_required',
      'action_required',
    ]);
  });

  it('S14 pull requests that can’t be read do not keep the others from their turn', async () => {
    const { client, docs, repo, sweep } = watched();
    const pulls = docs(150);
    // The hundred that changed last.
    const broken = new Set(pulls.slice(50));
    const partly: GitHub = {
      request: async (route, parameters = {}) => {
        if (route === COMMENTS && broken.has(Number(parameters['issue_number'])))
          throw new HttpError('Server Error', 502);
        return client.request(route, parameters);
      },
    };
    const first = await sweep(partly);
    expect(first.unread.filter(({ error }) => error === null)).toHaveLength(50);
    expect(first.done).toEqual([]);
    await sweep(partly);
    const without = pulls.filter((pull) => repo.checks(repo.pull(pull).head.sha).length === 0);
    expect(without).toEqual([...broken]);
  });

  it('reads first what an event spoke of', async () => {
    const { docs, memory, place, repo, sweep } = watched();
    // Those that have not changed for longest.
    const [first = 0, second = 0] = docs(205);
    hint(memory, place, { pull: second });
    await sweep();
    expect([first, second].map((pull) => repo.checks(repo.pull(pull).head.sha).length)).toEqual([0, 1]);
  });

  it('does what it has read of when GitHub stops it, and says of the rest until when', async () => {
    const { client, docs, github, memory, place, repo, us } = watched();
    const pulls = docs(10);
    github.limits.set({ hourly: 20 });
    const line = metered(client, createMetrics(), github.now);
    const { done, unread } = await look(line, place, us, github.now(), { memory });
    expect(done.length).toBeGreaterThan(0);
    expect(done.length + unread.length).toBe(pulls.length);
    for (const { error } of unread) expect(laterOf(error)?.until.getTime()).toBeGreaterThan(github.now().getTime());
    expect(pulls.filter((pull) => repo.checks(repo.pull(pull).head.sha).length > 0)).toHaveLength(done.length);
    github.advance({ hours: 1 });
    github.limits.set({ hourly: 1000 });
    await look(line, place, us, github.now(), { memory });
    expect(pulls.filter((pull) => repo.checks(repo.pull(pull).head.sha).length === 0)).toEqual([]);
  });

  it('that a run has begun is news once', async () => {
    const { memory, place, propose, repo, sweep } = watched();
    const pull = propose();
    const run = repo.startRun({ pull });
    const { sha } = repo.pull(pull).head;
    const begun = { head: sha, open: { id: run, attempt: 1 } };
    expect(hint(memory, place, begun)).toBe(true);
    await sweep();
    expect(hint(memory, place, begun)).toBe(false);
    expect(hint(memory, place, { ...begun, open: { id: run, attempt: 2 } })).toBe(true);
    expect(hint(memory, place, { head: sha })).toBe(true);
  });
});
