import { describe, expect, it } from 'vitest';
import { look } from '../../bot/look.ts';
import { hint } from '../../bot/snapshot/memory.ts';
import { evidenceZip } from '../github/scene.ts';
import { playLife } from './life.ts';
import { watchedScene } from './watched.ts';

/** Merge queues are looked for every few minutes, whatever else happens. */
const QUEUES = 'GET /repos/{owner}/{repo}/git/matching-refs/{ref}';

function count(calls: readonly string[]) {
  const of = (method: string) => calls.filter((route) => route.startsWith(`${method} `) && route !== QUEUES).length;
  return { reads: of('GET'), creations: of('POST'), updates: of('PATCH') };
}

/** A repository that one process looks at again and again. */
function watched() {
  const scene = watchedScene();
  const { client, github, memory, place, us } = scene;
  const sweep = async () => {
    github.faults.forget();
    const looked = await look(client, place, us, github.now(), { memory });
    return { ...looked, calls: count(github.faults.calls) };
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
    expect(steps.map(({ calls, what }) => [what, count(calls)])).toEqual([
      // Pull requests, base branch, runs; difference, tree and changed file; checks, comments.
      ['it is opened', { reads: 8, creations: 3, updates: 0 }],
      // Pull requests, base branch, runs; artifacts and evidence; checks, comments.
      ['its workflow has ended', { reads: 7, creations: 0, updates: 3 }],
      // Pull requests; with none open any more, whether the push was a merge.
      ['it is merged', { reads: 2, creations: 0, updates: 0 }],
    ]);
  });

  it('grow with its heads alone, and no webhook about what is known costs one', async () => {
    const steps = await playLife({ heads: 2, runsAtOnce: true });
    expect(count(steps.flatMap(({ calls }) => calls))).toMatchObject({ reads: 32, creations: 5 });
    expect(steps.map(({ what }) => what)).not.toContain('its workflow finds a machine');
  });

  it('do not grow with the pull requests of which there is nothing new', async () => {
    const { docs, evaluate, github, propose, repo, sweep, untilQuiet } = watched();
    docs(0, 120);
    const pulls = Array.from({ length: 10 }, (_, i) => propose({ branch: `model-${i}` }));
    for (const pull of pulls) evaluate(pull);
    await untilQuiet();

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
    // One page, the base branch, runs; of the one comparison, checks and comments; of the other also its tree, three files,
    // artifacts and evidence.
    expect(calls).toEqual({ reads: 3 + 3 + 9, creations: 3 + 1, updates: 0 });
    // What an event does not tell, the next sweep finds on its three pages.
    hint(memory, place, { sweep: true });
    hint(memory, place, { pull: 1 });
    expect((await sweep()).calls).toMatchObject({ reads: 3 + 2 + 2 * 3, creations: 0, updates: 0 });
    hint(memory, place, { pull: 7 });
    expect((await sweep()).done).toEqual([]);
  });
});
