import { describe, expect, it } from 'vitest';
import type { GitHub } from '#registry/github/client.ts';
import { createMemory } from '../../../bot/snapshot/memory.ts';
import type { Pull } from '../../../bot/snapshot/snapshot.ts';
import type { StartRun } from '../../github/repo.ts';
import { createScene, evidenceZip, type Scene } from '../../github/scene.ts';
import type { Run } from '../../github/state.ts';
import { lookAt } from '../look-at.ts';
import { readSnapshot } from '../read-snapshot.ts';

const NAME = 'tiltyard-evaluation-flight-delay';
const artifacts = () => [{ name: NAME, zip: evidenceZip() }];
const CHECKS = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';

const pullsOf = async ({ client, github, repo, us }: Scene, memory = createMemory(), by: GitHub = client) => {
  const place = { owner: repo.owner, repo: repo.repo };
  const { settle, snapshot, unread } = await readSnapshot(by, place, us, github.now(), memory);
  await settle([]);
  return { pulls: snapshot.pulls, unread };
};
async function pullOf(scene: Scene, number: number): Promise<Pull> {
  const found = (await pullsOf(scene)).pulls.find((one) => one.number === number);
  if (found === undefined) throw new Error(`pull request ${number} was not read`);
  return found;
}
const ids = ({ runs }: Pull) => runs.map(({ id }) => id);
const conclusions = ({ repo }: Scene, pull: number) =>
  repo.checks(repo.pull(pull).head.sha).map((one) => one.conclusion);

/** A run as the double keeps it, to be given what GitHub alone gives. */
function changeRun({ github, repo }: Scene, id: number, change: Partial<Run>): void {
  const runs = github.world.repositories.find((one) => one.id === repo.id)?.runs ?? [];
  const [run] = runs.filter((one) => one.id === id);
  if (run === undefined) throw new Error(`there is no run ${id}`);
  Object.assign(run, change);
}

describe('the runs of a pull request', () => {
  it.each<[string, (scene: Scene, pull: number) => StartRun]>([
    ['of another workflow', () => ({ path: '.github/workflows/test.yml' })],
    ['of another workflow with the same file name', () => ({ path: '.github/workflows/old/tiltyard.yml' })],
    ['of another commit', ({ repo }) => ({ sha: repo.head() })],
    ['of another branch at the same commit', () => ({ branch: 'elsewhere' })],
    ['of a fork’s branch of the same name', ({ repo }) => ({ from: repo.fork('eve') })],
    ['of pull_request_target, which checks out the base', () => ({ event: 'pull_request_target' })],
    ['of a schedule', () => ({ event: 'schedule' })],
    ['of a comment', () => ({ event: 'issue_comment' })],
    ['of another workflow’s end', () => ({ event: 'workflow_run' })],
  ])('are not those %s', async (_, other) => {
    const scene = createScene();
    const { propose, repo } = scene;
    const pull = propose();
    repo.completeRun(repo.startRun({ pull, ...other(scene, pull) }), { artifacts: artifacts() });
    expect((await pullOf(scene, pull)).runs).toEqual([]);
  });

  it.each(['pull_request', 'push', 'workflow_dispatch'])('are those of %s on its head', async (event) => {
    const scene = createScene();
    const pull = scene.propose();
    const run = scene.repo.startRun({ pull, event });
    expect(ids(await pullOf(scene, pull))).toEqual([run]);
  });

  it('are found for forks, of which GitHub names no pull request, also once the fork is gone', async () => {
    const scene = createScene();
    const { client, propose, repo } = scene;
    const fork = repo.fork('eve');
    const pull = propose({ by: 'eve', from: fork });
    const run = scene.evaluate(pull);
    const { data } = await client.request('GET /repos/{owner}/{repo}/actions/runs/{run_id}', {
      owner: 'acme',
      repo: 'models',
      run_id: run,
    });
    expect(data).toMatchObject({ pull_requests: [] });
    expect(ids(await pullOf(scene, pull))).toEqual([run]);
    fork.delete();
    const orphan = await pullOf(scene, pull);
    expect(orphan).toMatchObject({
      fork: true,
      head: { repositoryId: null },
      runs: [{ id: run, evidence: [{ problem: null }] }],
    });
  });

  it('of two with one head are each their own, and of two from one branch the same', async () => {
    const scene = createScene();
    const { propose, repo } = scene;
    const first = propose();
    repo.push('twin', {}, { from: 'better' });
    repo.push('release', { 'README.md': '# Released\n' });
    const same = repo.openPull({ head: 'better', base: 'release', by: 'ann' });
    const run = repo.startRun({ pull: first });
    expect(ids(await pullOf(scene, first))).toEqual([run]);
    expect(ids(await pullOf(scene, same))).toEqual([run]);
  });

  it.each<[string, string | null, Run['status']]>([
    ['waits for its turn', null, 'queued'],
    ['was asked for', null, 'requested'],
    ['waits for a concurrency group', null, 'pending'],
    ['waits for an environment’s reviewers', null, 'waiting'],
    ['goes on', null, 'in_progress'],
  ])('that %s has not ended, whatever an earlier one brought', async (_, conclusion, status) => {
    const scene = createScene();
    const pull = scene.propose();
    scene.evaluate(pull);
    const newer = scene.repo.startRun({ pull });
    changeRun(scene, newer, { status, conclusion });
    expect((await pullOf(scene, pull)).runs).toMatchObject([
      { id: newer, completed: false, evidence: [] },
      { completed: true },
    ]);
    await lookAt(scene);
    expect(conclusions(scene, pull)).toEqual([null, null]);
  });

  it.each(['failure', 'cancelled', 'skipped', 'timed_out', 'startup_failure', 'stale', 'neutral', 'action_required'])(
    'that ended with %s passes nothing, also after one that did',
    async (conclusion) => {
      const scene = createScene();
      const { evaluate, propose, repo } = scene;
      const pull = propose();
      evaluate(pull);
      repo.completeRun(repo.startRun({ pull }), { conclusion });
      await lookAt(scene);
      expect(conclusions(scene, pull)).not.toContain('success');
      expect(conclusions(scene, pull)).not.toContain('neutral');
    },
  );

  it('that failed blocks no newer one, nor its own next attempt', async () => {
    const scene = createScene();
    const { client, github, propose, repo } = scene;
    const pull = propose();
    const failed = repo.startRun({ pull });
    repo.completeRun(failed, { conclusion: 'failure' });
    repo.completeRun(repo.startRun({ pull }), { conclusion: 'failure' });
    await lookAt(scene);
    expect(conclusions(scene, pull)).toEqual(['failure', 'failure']);
    github.advance({ minutes: 1 });
    await client.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun', {
      owner: 'acme',
      repo: 'models',
      run_id: failed,
    });
    repo.completeRun(failed, { artifacts: artifacts() });
    const { runs } = await pullOf(scene, pull);
    expect(runs.map(({ attempt, conclusion }) => [attempt, conclusion])).toEqual([
      [2, 'success'],
      [1, 'failure'],
    ]);
    await lookAt(scene);
    expect(conclusions(scene, pull)).toEqual(['success', 'success']);
  });

  it('that was run again without success leaves nothing of what its first attempt uploaded', async () => {
    const scene = createScene();
    const { client, evaluate, github, propose, repo } = scene;
    const pull = propose();
    const run = evaluate(pull);
    await lookAt(scene);
    github.advance({ minutes: 1 });
    await client.request('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun', {
      owner: 'acme',
      repo: 'models',
      run_id: run,
    });
    repo.completeRun(run, { conclusion: 'failure' });
    expect((await pullOf(scene, pull)).runs).toMatchObject([{ attempt: 2, evidence: [] }]);
    await lookAt(scene);
    expect(conclusions(scene, pull)).toEqual(['failure', 'failure']);
  });

  it('that a push had started before it was opened is found, however many began since', async () => {
    const scene = createScene();
    const { github, repo } = scene;
    const memory = createMemory();
    const other = scene.propose({
      branch: 'other',
      files: { 'models/flight-delay/features.sql': 'SELECT flight_id FROM source\n' },
    });
    repo.push('better', { 'models/flight-delay/features.sql': 'SELECT flight_id, origin FROM source\n' });
    const run = repo.startRun({ branch: 'better' });
    repo.completeRun(run, { artifacts: artifacts() });
    repo.push('elsewhere', {});
    for (let i = 0; i < 120; i++) repo.completeRun(repo.startRun({ branch: 'elsewhere' }));
    await pullsOf(scene, memory);
    github.advance({ days: 1 });
    const pull = repo.openPull({ head: 'better', by: 'ann' });
    const { pulls } = await pullsOf(scene, memory);
    expect(pulls.map((one) => [one.number, ids(one)])).toEqual(
      expect.arrayContaining([
        [pull, [run]],
        [other, []],
      ]),
    );
  });

  it('is listed once, as it is now, where others begin while pages are read', async () => {
    const scene = createScene();
    const { client, propose, repo } = scene;
    const pull = propose();
    const run = repo.startRun({ pull });
    repo.push('elsewhere', {});
    for (let i = 0; i < 99; i++) repo.startRun({ branch: 'elsewhere' });
    const meanwhile: GitHub = {
      request: async (route, parameters) => {
        const answer = await client.request(route, parameters);
        if (route.endsWith('/workflows/{workflow_id}/runs') && parameters?.['page'] === 1) {
          repo.startRun({ branch: 'elsewhere' });
          repo.completeRun(run, { artifacts: artifacts() });
        }
        return {
          ...answer,
          headers: { ...answer.headers, ...(parameters?.['page'] === 1 ? { link: '<x>; rel="next"' } : {}) },
        };
      },
    };
    const { pulls } = await pullsOf(scene, createMemory(), meanwhile);
    expect(pulls.map((one) => one.runs)).toMatchObject([[{ id: run, completed: true, evidence: [{ problem: null }] }]]);
  });

  it('are judged for the head that they ran on, though it moves while they are read', async () => {
    const scene = createScene();
    const { client, evaluate, propose, repo } = scene;
    const pull = propose();
    evaluate(pull);
    const first = repo.pull(pull).head.sha;
    const moving: GitHub = {
      request: async (route, parameters) => {
        if (route === CHECKS && repo.pull(pull).head.sha === first) repo.push('better', { 'README.md': '# Moved\n' });
        return client.request(route, parameters);
      },
    };
    await lookAt(scene, moving);
    expect(conclusions(scene, pull)).toEqual([]);
    await lookAt(scene);
    expect(conclusions(scene, pull)).toEqual([null, null]);
    expect(repo.comments(pull)).toHaveLength(1);
  });
});
