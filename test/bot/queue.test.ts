import { describe, expect, it } from 'vitest';
import { look } from '../../bot/look.ts';
import { createMemory, hint } from '../../bot/snapshot/memory.ts';
import { comparisonOf } from '../fixtures/evaluation.ts';
import { createScene, type Scene } from '../github/scene.ts';
import { lookAt } from './look-at.ts';

const FEATURES = 'models/flight-delay/features.sql';
const better = { [FEATURES]: 'SELECT flight_id, distance, origin FROM source\n' };
const worse = { comparisons: [comparisonOf('roc_auc', 0.7, 0.6, 0.001)] };

/** The branch that GitHub makes for a pull request in the queue of main: what is on `from`, and its changes. */
function queue({ repo }: Scene, pull: number, changes: Record<string, string>, from = 'main'): string {
  const before = repo.head(from);
  repo.push(`gh-readonly-queue/main/pr-${pull}-${before}`, changes, { from, by: 'github-merge-queue' });
  return repo.head(`gh-readonly-queue/main/pr-${pull}-${before}`);
}
const branchOf = ({ repo }: Scene, pull: number, from = 'main') =>
  `gh-readonly-queue/main/pr-${pull}-${repo.head(from)}`;
const said = ({ repo }: Scene, sha: string) => repo.checks(sha).map(({ conclusion, name }) => [name, conclusion]);

describe('merge queues', () => {
  it('S10 the check reports on the branch of a queue, where the models are those that were judged', async () => {
    const scene = createScene();
    const pull = scene.propose({ files: better });
    scene.evaluate(pull);
    const sha = queue(scene, pull, better);
    await lookAt(scene);
    expect(said(scene, scene.repo.pull(pull).head.sha)).toContainEqual(['tiltyard', 'success']);
    expect(said(scene, sha)).toEqual([['tiltyard', 'success']]);
    expect(scene.repo.checks(sha)[0]?.title).toBe(`As judged on pull request ${pull}`);
    expect(await lookAt(scene)).toEqual([]);
  });

  it('S10 passes what changes nothing of ours', async () => {
    const scene = createScene();
    const pull = scene.propose({ files: { 'README.md': '# Flights\n' } });
    const sha = queue(scene, pull, { 'README.md': '# Flights\n' });
    await lookAt(scene);
    expect(said(scene, sha)).toEqual([['tiltyard', 'success']]);
  });

  it('S10 does not pass a head that did not pass, nor models that were not judged together', async () => {
    const scene = createScene({ files: { 'models/other/README.md': 'notes\n' } });
    const failed = scene.propose({ files: better });
    scene.evaluate(failed, worse);
    const other = { 'models/flight-delay/README.md': 'notes\n' };
    const passed = scene.propose({ branch: 'notes', files: other });
    scene.evaluate(passed);
    const alone = queue(scene, failed, better);
    const together = queue(scene, passed, other, branchOf(scene, failed));
    await lookAt(scene);
    expect(said(scene, alone)).toEqual([['tiltyard', 'action_required']]);
    expect(said(scene, together)).toEqual([['tiltyard', 'action_required']]);
    expect(scene.repo.checks(together)[0]?.title).toBe('Nobody has judged these models together');
  });

  it('S10 passes what follows in the queue and changes nothing more of ours', async () => {
    const scene = createScene();
    const model = scene.propose({ files: better });
    scene.evaluate(model);
    const readme = scene.propose({ branch: 'readme', files: { 'README.md': '# Flights\n' } });
    queue(scene, model, better);
    const second = queue(scene, readme, { 'README.md': '# Flights\n' }, branchOf(scene, model));
    await lookAt(scene);
    expect(said(scene, second)).toEqual([['tiltyard', 'success']]);
  });

  it('asks for queues when a webhook tells of one, and else every five minutes', async () => {
    const scene = createScene();
    const { client, github, repo, us } = scene;
    const place = { owner: repo.owner, repo: repo.repo };
    const pull = scene.propose({ files: better });
    scene.evaluate(pull);
    const memory = createMemory();
    const asked = async () => {
      github.faults.forget();
      await look(client, place, us, github.now(), { memory });
      return github.faults.calls.filter((route) => route.includes('matching-refs')).length;
    };
    expect(await asked()).toBe(1);
    expect(await asked()).toBe(0);
    const sha = queue(scene, pull, better);
    hint(memory, place, { queue: true });
    expect(await asked()).toBe(1);
    expect(said(scene, sha)).toEqual([['tiltyard', 'success']]);
    // While something waits, and once more to see that nothing does.
    expect(await asked()).toBe(1);
    repo.deleteBranch(branchOf(scene, pull));
    expect(await asked()).toBe(1);
    expect(await asked()).toBe(0);
    github.advance({ minutes: 6 });
    expect(await asked()).toBe(1);
  });
});
