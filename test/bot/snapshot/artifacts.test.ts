import { describe, expect, it } from 'vitest';
import type { GitHub } from '#registry/github/client.ts';
import { rerunRun } from '#registry/github/runs.ts';
import { findArtifacts } from '../../../bot/snapshot/artifacts.ts';
import { createScene } from '../../github/scene.ts';

const ALL = 'GET /repos/{owner}/{repo}/actions/artifacts';
const OF_RUN = 'GET /repos/{owner}/{repo}/actions/runs/{run_id}/artifacts';
const zip = new Uint8Array([80, 75]);

/** Runs that ended one after another, each with an artifact of each of these models, and others' besides. */
function ended(count: number, models: readonly string[] = ['flight-delay']) {
  const scene = createScene();
  scene.github.limits.set({ hourly: 1e6, pointsAMinute: 1e6 });
  const runs = Array.from({ length: count }, (_, i) => {
    const pull = scene.propose({ branch: `change-${i}` });
    const run = { id: scene.repo.startRun({ pull }), created_at: scene.github.now() };
    scene.github.advance({ minutes: 1 });
    const names = [...models.map((model) => `tiltyard-evaluation-${model}`), 'other', 'tiltyard-evaluation-shop-2'];
    scene.repo.completeRun(run.id, { artifacts: names.map((name) => ({ name, zip })) });
    return run;
  });
  const place = { owner: scene.repo.owner, repo: scene.repo.repo };
  const find = (github: GitHub = scene.client) => findArtifacts({ github, place });
  return { ...scene, runs, find };
}
const namesOf = (artifacts: readonly { name: string }[]) =>
  artifacts.map(({ name }) => name).filter((name) => name.endsWith('flight-delay'));

describe('what runs left', () => {
  it('is found with one list for many of them, and is that of the run', async () => {
    const { find, github, runs } = ended(30);
    const artifacts = find();
    github.faults.forget();
    for (const run of runs) {
      const found = await artifacts.of(run, ['flight-delay']);
      expect(namesOf(found)).toHaveLength(1);
      expect(found.every(({ workflow_run: by }) => by?.id === run.id)).toBe(true);
    }
    expect(github.faults.calls).toEqual([OF_RUN, OF_RUN, ALL]);
  });

  it('is listed as far back as it has to be', async () => {
    const { find, github, runs } = ended(230);
    const artifacts = find();
    const [first, second, third, ...others] = runs.toReversed();
    for (const run of [first, second, third]) if (run !== undefined) await artifacts.of(run, ['flight-delay']);
    const pages = () => github.faults.calls.filter((route) => route === ALL).length;
    expect(pages()).toBe(1);
    const oldest = others.at(-1);
    expect(oldest && namesOf(await artifacts.of(oldest, ['flight-delay']))).toHaveLength(1);
    expect(pages()).toBe(3);
  });

  it('is asked for by itself where it is not in that list, and where there are many models', async () => {
    const { find, github, repo, runs, propose } = ended(3, ['a', 'b', 'flight-delay']);
    const artifacts = find();
    for (const run of runs) expect(namesOf(await artifacts.of(run, ['a', 'b', 'flight-delay']))).toHaveLength(1);
    const empty = { id: repo.startRun({ pull: propose({ branch: 'empty' }) }), created_at: github.now() };
    repo.completeRun(empty.id, { artifacts: [] });
    github.faults.forget();
    expect(await artifacts.of(empty, ['flight-delay'])).toEqual([]);
    expect(github.faults.calls).toEqual([ALL, OF_RUN]);
  });

  it('is found in whatever order GitHub lists it', async () => {
    const { client, find, runs } = ended(12);
    const artifacts = find({
      async request(route, parameters) {
        const answer = await client.request(route, parameters);
        const { data } = answer;
        if (route !== ALL || typeof data !== 'object' || data === null || !('artifacts' in data)) return answer;
        return { ...answer, data: { artifacts: Array.isArray(data.artifacts) ? data.artifacts.toReversed() : [] } };
      },
    });
    for (const run of runs.toReversed()) expect(namesOf(await artifacts.of(run, ['flight-delay']))).toHaveLength(1);
  });

  it('is asked for run by run after the list could not be read', async () => {
    const { find, github, runs } = ended(5);
    const artifacts = find();
    github.faults.at({ route: ALL }, 'error-before');
    const found: unknown[] = [];
    for (const run of runs) {
      found.push(
        await artifacts.of(run, ['flight-delay']).then(
          (one) => namesOf(one).length,
          () => 'unread',
        ),
      );
    }
    expect(found).toEqual([1, 1, 'unread', 1, 1]);
  });

  it('is that of the last attempt, though the list was read before that ended', async () => {
    const { client, find, repo, runs } = ended(4);
    const artifacts = find();
    const [again, ...others] = runs;
    for (const run of others) await artifacts.of(run, ['flight-delay']);
    if (again === undefined) throw new Error('there is no run');
    await rerunRun(client, { owner: repo.owner, repo: repo.repo }, again.id);
    repo.completeRun(again.id, { artifacts: [{ name: 'tiltyard-evaluation-flight-delay', zip }] });
    expect(namesOf(await artifacts.of({ ...again, run_attempt: 2 }, ['flight-delay']))).toHaveLength(2);
  });

  it('is asked for by itself where the list has only others of the run', async () => {
    const { client, find, runs } = ended(4);
    const artifacts = find({
      request: (route, parameters) =>
        client.request(route, route === ALL ? { ...parameters, name: 'other' } : parameters),
    });
    for (const run of runs) expect(namesOf(await artifacts.of(run, ['flight-delay']))).toHaveLength(1);
  });
});
