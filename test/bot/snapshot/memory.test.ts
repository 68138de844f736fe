import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide } from '../../../bot/decide/decide.ts';
import { look } from '../../../bot/look.ts';
import { createMemory, type Memory } from '../../../bot/snapshot/memory.ts';
import { comparisonOf } from '../../fixtures/evaluation.ts';
import { flightModelPath, flightModelText } from '../../fixtures/model.ts';
import { createScene, evidenceZip, type Scene } from '../../github/scene.ts';
import { channelsFile, registered } from '../decide/registry-folder.ts';
import { readSnapshot } from '../read-snapshot.ts';

const FEATURES = 'models/flight-delay/features.sql';
const worse = { comparisons: [comparisonOf('roc_auc', 0.7, 0.6, 0.001)] };
const artifacts = (overrides = {}) => [{ name: 'tiltyard-evaluation-flight-delay', zip: evidenceZip(overrides) }];

/**
 * A repository, and things that happen in it which its lists show, so that no webhook is needed to see them; `step` tells one
 * from another. Commits of the base that change nothing of ours are not among them: links may go on naming the one before.
 */
function story() {
  const scene = createScene({ files: { ...registered(['1.0.0', '1.1.0']), ...channelsFile({ champion: '1.0.0' }) } });
  const { client, github, repo } = scene;
  github.limits.set({ hourly: 1e6, pointsAMinute: 1e6, creationsAMinute: 1e6, creationsAnHour: 1e6 });
  for (const person of ['ann', 'bob']) repo.setRole(person, 'write');
  const pulls = [scene.propose()];
  repo.push('release', { 'README.md': '# Released\n' });
  const runs: number[] = [];
  const open = () => pulls.filter((number) => repo.pull(number).state === 'open');
  const one = (step: number) => open()[step % Math.max(1, open().length)];
  const branch = (step: number) => repo.pull(one(step) ?? 1).head.ref;
  const exists = (name: string) => github.world.repositories[0]?.refs.has(`refs/heads/${name}`) ?? false;
  const push = (step: number, files: Record<string, string>, options = {}) => {
    if (exists(branch(step))) repo.push(branch(step), files, options);
  };
  const end = (step: number, ending: object) => {
    const all = github.world.repositories[0]?.runs.filter(({ status }) => status !== 'completed') ?? [];
    const run = all[step % Math.max(1, all.length)];
    if (run !== undefined) repo.completeRun(run.id, ending);
  };
  const toBase = (path: string, text: string) => repo.files()[path] !== text && repo.push('main', { [path]: text });
  const acts: Record<string, (step: number) => unknown> = {
    pushes: (step) => push(step, { [FEATURES]: `SELECT ${step} FROM source\n` }),
    'pushes something else': (step) => push(step, { 'README.md': `${step}\n` }),
    'goes back to the base': (step) => push(step, {}, { force: true, from: 'main' }),
    'replaces all': (step) =>
      push(step, { [FEATURES]: `SELECT ${step % 2} FROM source\n` }, { force: true, from: 'main' }),
    'moves a channel': (step) => push(step, channelsFile({ champion: step % 2 ? '1.1.0' : '1.0.0' })),
    'changes the policy': (step) =>
      push(step, { [flightModelPath]: flightModelText.replace('0.002', `0.${step % 7}`) }),
    'the base’s policy moves': (step) => toBase(flightModelPath, flightModelText.replace('0.002', `0.0${step % 5}`)),
    'the base’s settings move': (step) => toBase('tiltyard.yaml', step % 3 ? `bot: { max_wait: ${step % 9}h }\n` : '{'),
    'the base’s registry moves': (step) =>
      toBase('registry/flight-delay/channels.yaml', step % 2 ? 'champion: 1.0.0\n' : 'champion: null\n'),
    'the base loses its settings': () =>
      'tiltyard.yaml' in repo.files() && repo.push('main', { 'tiltyard.yaml': null }),
    'a run begins': (step) => one(step) !== undefined && runs.push(repo.startRun({ pull: one(step) ?? 1 })),
    'a run ends well': (step) => end(step, { artifacts: artifacts() }),
    'a run ends badly': (step) => end(step, { artifacts: artifacts(worse) }),
    'a run fails': (step) =>
      end(step, { conclusion: 'failure', jobs: [{ name: 'train', conclusion: 'failure', log: 'no\n' }] }),
    'a comment': (step) => one(step) && repo.comment(one(step) ?? 1, 'bob', `a thought ${step}`),
    'a command': (step) => one(step) && repo.comment(one(step) ?? 1, 'bob', '/tiltyard explain roc_auc'),
    'a command of a stranger': (step) => one(step) && repo.comment(one(step) ?? 1, 'eve', '/tiltyard help'),
    approval: (step) => one(step) && repo.review(one(step) ?? 1, { author: 'bob', state: 'APPROVED' }),
    'a second pull request of the branch': (step) => {
      const bases = open()
        .filter((number) => repo.pull(number).head.ref === branch(step))
        .map((number) => repo.pull(number).base.ref);
      const base = ['main', 'release'].find((name) => !bases.includes(name));
      if (exists(branch(step)) && base !== undefined)
        pulls.push(repo.openPull({ head: branch(step), base, by: 'ann' }));
    },
    'another pull request': (step) =>
      pulls.push(scene.propose({ branch: `other-${step}`, files: { [FEATURES]: `SELECT ${step}\n` } })),
    'a pull request of a fork': (step) =>
      pulls.push(scene.propose({ by: 'eve', from: repo.fork(`eve${step}`), branch: `f-${step}` })),
    'a pull request is closed': (step) => open().length > 1 && repo.close(one(step) ?? 1, 'ann'),
    'a branch is deleted': (step) => open().length > 1 && exists(branch(step)) && repo.deleteBranch(branch(step)),
    'minutes pass': (step) => github.advance({ minutes: (step * 7) % 90 }),
  };
  return { scene, client, acts };
}

async function planOf({ client, github, repo, us }: Scene, memory: Memory) {
  const place = { owner: repo.owner, repo: repo.repo };
  const now = github.now();
  const plans = [];
  for (const by of [memory, createMemory()]) {
    const { snapshot, unread } = await readSnapshot(client, place, us, now, by);
    expect(unread).toEqual([]);
    plans.push(
      decide(snapshot)
        .actions.map((action) => JSON.stringify(action))
        .sort(),
    );
  }
  return plans;
}

describe('a look that remembers', () => {
  it('S14 does what one would do that remembers nothing, whatever happened', async () => {
    const { acts } = story();
    const happening = fc.tuple(fc.constantFrom(...Object.keys(acts)), fc.integer({ min: 0, max: 1000 }));
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 6, maxLength: 16 }), async (happenings) => {
        const { acts: told, client, scene } = story();
        const memory = createMemory();
        for (const [name, step] of happenings) {
          told[name]?.(step);
          const [kept, fresh] = await planOf(scene, memory);
          expect(kept).toEqual(fresh);
          const place = { owner: 'acme', repo: 'models' };
          await look(client, place, scene.us, scene.github.now(), { memory });
        }
      }),
      { numRuns: 40, seed: 20261121 },
    );
  }, 60_000);

  const told = async (happenings: [name: string, looks: number][]) => {
    const { acts, client, scene } = story();
    const memory = createMemory();
    for (const [name, looks] of happenings) {
      acts[name]?.(0);
      for (let i = 0; i < looks; i++)
        await look(client, { owner: 'acme', repo: 'models' }, scene.us, scene.github.now(), { memory });
    }
    return (await planOf(scene, memory)).map((actions) => actions.length);
  };

  it('takes back what it said while things stood otherwise, once they stand as before', async () => {
    expect(
      await told([
        ['a comment', 2],
        ['the base’s settings move', 1],
        ['the base loses its settings', 1],
      ]),
    ).toEqual([0, 0]);
  });

  it('speaks for who is left of a head’s pull requests, without being told that one was closed', async () => {
    expect(
      await told([
        ['a second pull request of the branch', 2],
        ['a pull request is closed', 2],
      ]),
    ).toEqual([0, 0]);
  });
});
