import { describe, expect, it } from 'vitest';
import { look } from '../../bot/look.ts';
import { hint } from '../../bot/snapshot/memory.ts';
import { evidenceZip } from '../github/scene.ts';
import { playLife } from './life.ts';
import { watchedScene } from './watched.ts';

/** Merge queues are looked for every few minutes, whatever else happens. */
const QUEUES = 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}';

/** How many calls GitHub counts; `unchanged` are besides, which it answers without counting them (304). */
function count({ calls, unchanged }: { calls: readonly string[]; unchanged: readonly string[] }) {
  const of = (method: string, routes = calls) =>
    routes.filter((route) => route.startsWith(`${method} `) && route !== QUEUES).length;
  const free = of('GET', unchanged);
  return { reads: of('GET') - free, unchanged: free, creations: of('POST'), updates: of('PATCH') };
}

/** A repository that one process looks at again and again. */
function watched() {
  const scene = watchedScene();
  const { client, github, memory, place, us } = scene;
  const sweep = async () => {
    github.faults.forget();
    const looked = await look(client, place, us, github.now(), { memory });
    return { ...looked, calls: count(github.faults) };
  };
  const docs = (from: number, to: number) => {
    for (let i = from; i < to; i++) scene.propose({ branch: `docs-${i}`, files: { [`docs/${i}.md`]: '' } });
  };
  const untilQuiet = async () => {
    for (;;) {
      const { done, unread } = await sweep();
      if (done.length + unread.length === 0) break;
    }
  };
  return { ...scene, docs, memory, place, sweep, untilQuiet };
}

describe('calls of GitHub', () => {
  it('are few for the whole life of a pull request', async () => {
    const steps = await playLife({ heads: 1, runsAtOnce: true });
    expect(steps.map((step) => [step.what, count(step)])).toEqual([
      // Pull requests, runs; difference; checks, comments. The base branch is where it was.
      ['it is opened', { reads: 5, unchanged: 1, creations: 3, updates: 0 }],
      // Pull requests, runs; artifacts and evidence; checks, comments. The base branch likewise.
      ['its workflow has ended', { reads: 6, unchanged: 1, creations: 0, updates: 3 }],
      ['it is merged', { reads: 1, unchanged: 0, creations: 0, updates: 0 }],
    ]);
  });

  it('grow with its heads alone, and no webhook about what is known costs one', async () => {
    const steps = await playLife({ heads: 2, runsAtOnce: true });
    const all = {
      calls: steps.flatMap(({ calls }) => calls),
      unchanged: steps.flatMap(({ unchanged }) => unchanged),
    };
    expect(count(all)).toMatchObject({ reads: 23, unchanged: 4, creations: 5 });
    expect(steps.map(({ what }) => what)).not.toContain('its workflow finds a machine');
  });

  it('do not grow with the pull requests of which there is nothing new', async () => {
    const { docs, evaluate, github, propose, repo, sweep, untilQuiet } = watched();
    docs(0, 120);
    const pulls = Array.from({ length: 10 }, (_, i) => propose({ branch: `model-${i}` }));
    for (const pull of pulls) evaluate(pull);
    await untilQuiet();

    // Two pages of pull requests, the base branch, runs: as they were.
    const same = await sweep();
    expect(same.calls).toEqual({ reads: 0, unchanged: 4, creations: 0, updates: 0 });
    // After an hour all is read again, and two that have seemed settled for long: checks and comments.
    github.advance({ minutes: 61 });
    expect((await sweep()).calls).toEqual({ reads: 8, unchanged: 0, creations: 0, updates: 0 });

    const begun = pulls.slice(0, 3).map((pull) => repo.startRun({ pull }));
    await sweep();
    await sweep();
    const zip = evidenceZip();
    for (const run of begun) repo.completeRun(run, { artifacts: [{ name: 'tiltyard-evaluation-flight-delay', zip }] });
    // Of each: artifacts, evidence; checks and comments, as they were. Besides, runs; of the two checks and comments, now
    // again; pull requests and the base branch are as they were.
    expect((await sweep()).calls).toEqual({
      reads: 3 * 2 + 1 + 2 * 2,
      unchanged: 3 * 2 + 3,
      creations: 0,
      updates: 3 * 3,
    });
  });

  it('list of many pull requests only those that have changed, where an event tells that something has', async () => {
    const { docs, evaluate, github, memory, place, propose, repo, sweep, untilQuiet } = watched();
    docs(0, 230);
    await untilQuiet();
    github.advance({ minutes: 3 });
    repo.close(7, 'ann');
    repo.push('docs-8', { 'docs/8.md': 'more\n' });
    const pull = propose();
    evaluate(pull);
    hint(memory, place, { pull });
    const { calls, done } = await sweep();
    expect(new Set(done.map(({ action }) => action.pull))).toEqual(new Set([9, pull]));
    // One page, runs; of the one comparison and checks; of the other also comments, two files of its base, artifacts and
    // evidence. The base branch is as it was, and so are the one's comments.
    expect(calls).toEqual({ reads: 2 + 2 + 7, unchanged: 2, creations: 3 + 1, updates: 0 });
    // What an event does not tell, the next sweep finds on its three pages.
    hint(memory, place, { sweep: true });
    hint(memory, place, { pull: 1 });
    // The base branch and the workflow's runs are as they were, and so is most of what is read of the pull requests.
    expect((await sweep()).calls).toEqual({ reads: 3 + 3, unchanged: 2 + 3, creations: 0, updates: 0 });
    hint(memory, place, { pull: 7 });
    expect((await sweep()).done).toEqual([]);
  });
});
