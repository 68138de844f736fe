import { describe, expect, it } from 'vitest';
import { look } from '../../bot/look.ts';
import { createMemory } from '../../bot/snapshot/memory.ts';
import { createScene, evidenceZip } from '../github/scene.ts';
import { playLife } from './life.ts';

/** Merge queues are looked for every few minutes, whatever else happens. */
const QUEUES = 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}';

function count(calls: readonly string[]) {
  const of = (method: string) => calls.filter((route) => route.startsWith(`${method} `) && route !== QUEUES).length;
  return { reads: of('GET'), creations: of('POST'), updates: of('PATCH') };
}

describe('calls of GitHub', () => {
  it('are few for the whole life of a pull request', async () => {
    const steps = await playLife({ heads: 1, runsAtOnce: true });
    expect(steps.map(({ calls, what }) => [what, count(calls)])).toEqual([
      // Pull requests, base branch, runs; difference, tree and changed file; checks, comments.
      ['it is opened', { reads: 8, creations: 3, updates: 0 }],
      // Pull requests, base branch, runs; artifacts and evidence; checks, comments.
      ['its workflow has ended', { reads: 7, creations: 0, updates: 3 }],
      ['it is merged', { reads: 1, creations: 0, updates: 0 }],
    ]);
  });

  it('grow with its heads alone, and no webhook about what is known costs one', async () => {
    const steps = await playLife({ heads: 2, runsAtOnce: true });
    expect(count(steps.flatMap(({ calls }) => calls))).toMatchObject({ reads: 31, creations: 5 });
    expect(steps.map(({ what }) => what)).not.toContain('its workflow finds a machine');
  });

  it('do not grow with the pull requests of which there is nothing new', async () => {
    const { client, evaluate, github, propose, repo, us } = createScene();
    github.limits.set({ hourly: 1e6, pointsAMinute: 1e6, creationsAMinute: 1e6, creationsAnHour: 1e6 });
    const memory = createMemory();
    const place = { owner: repo.owner, repo: repo.repo };
    const sweep = async () => {
      github.faults.forget();
      const looked = await look(client, place, us, github.now(), { memory });
      return { ...looked, calls: count(github.faults.calls) };
    };
    for (let i = 0; i < 120; i++) propose({ branch: `docs-${i}`, files: { [`docs/${i}.md`]: '' } });
    const pulls = Array.from({ length: 10 }, (_, i) => propose({ branch: `model-${i}` }));
    for (const pull of pulls) evaluate(pull);
    for (;;) {
      const { done, unread } = await sweep();
      if (done.length + unread.length === 0) break;
    }

    // Two pages of pull requests, the base branch, runs.
    const same = await sweep();
    expect(same.calls).toEqual({ reads: 4, creations: 0, updates: 0 });
    // Two that have seemed settled for long are read all the same: checks and comments.
    github.advance({ minutes: 61 });
    expect((await sweep()).calls).toEqual({ reads: 8, creations: 0, updates: 0 });

    const begun = pulls.slice(0, 3).map((pull) => repo.startRun({ pull }));
    await sweep();
    await sweep();
    const zip = evidenceZip();
    for (const run of begun) repo.completeRun(run, { artifacts: [{ name: 'tiltyard-evaluation-flight-delay', zip }] });
    // Of each: artifacts, evidence, checks, comments.
    expect((await sweep()).calls).toEqual({ reads: 8 + 3 * 4, creations: 0, updates: 3 * 3 });
  });
});
