import { describe, expect, it } from 'vitest';
import type { GitHub } from '#registry/github/client.ts';
import { createMemory } from '../../../bot/snapshot/memory.ts';
import type { Pull } from '../../../bot/snapshot/snapshot.ts';
import { flightModelPath, flightModelText } from '../../fixtures/model.ts';
import { type GitFile, writeBlob } from '../../github/git.ts';
import { pushTree } from '../../github/push-tree.ts';
import { createScene, type Scene } from '../../github/scene.ts';
import { lookAt } from '../look-at.ts';
import { readSnapshot } from '../read-snapshot.ts';

const TREES = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}';
const FEATURES = 'models/flight-delay/features.sql';
const other = flightModelText.replace('max_loss: 0.002', 'max_loss: 0.2');

async function read({ client, github, repo, us }: Scene, memory = createMemory(), by: GitHub = client) {
  const place = { owner: repo.owner, repo: repo.repo };
  const { settle, snapshot } = await readSnapshot(by, place, us, github.now(), memory);
  await settle(snapshot.pulls.map(({ number }) => ({ pull: number })));
  return snapshot.pulls;
}
async function readOne(...given: Parameters<typeof read>): Promise<Pull> {
  const [pull, ...others] = await read(...given);
  if (pull === undefined || others.length > 0) throw new Error('there is not one pull request');
  return pull;
}
const lossOf = ({ model }: Pull['atBase']['models'][string]) => model?.evaluate.primary.max_loss ?? null;
const lossesOf = ({ atBase, atHead }: Pull) =>
  [atBase, atHead].map(({ models }) => models['flight-delay'] ?? null).map((one) => one && lossOf(one));

describe('what a commit says', () => {
  it('is that of the base as it is now, and of the head as it is now, whatever was remembered', async () => {
    const scene = createScene();
    const { propose, repo } = scene;
    const memory = createMemory();
    propose();
    expect(lossesOf(await readOne(scene, memory))).toEqual([0.002, 0.002]);
    repo.push('main', { [flightModelPath]: other });
    expect(lossesOf(await readOne(scene, memory))).toEqual([0.2, 0.002]);
    repo.push('better', { [flightModelPath]: other.replace('0.2 ', '0.3 ') });
    expect(lossesOf(await readOne(scene, memory))).toEqual([0.2, 0.3]);
    repo.push('better', { [FEATURES]: 'SELECT flight_id FROM source\n' }, { force: true, from: 'main' });
    expect(lossesOf(await readOne(scene, memory))).toEqual([0.2, 0.2]);
    repo.push('main', { [flightModelPath]: flightModelText }, { force: true, from: 'main' });
    expect(lossesOf(await readOne(scene, memory))).toEqual([0.002, 0.2]);
    expect(lossesOf(await readOne(scene))).toEqual(lossesOf(await readOne(scene, memory)));
  });

  it('without tiltyard.yaml is by the defaults, and one of the head alone settles nothing', async () => {
    const scene = createScene();
    scene.propose({ files: { 'tiltyard.yaml': 'bot: { approvals: 2 }\n', [FEATURES]: 'SELECT 1\n' } });
    const { atBase, atHead } = await readOne(scene);
    expect([atBase.settings.bot.approvals, atBase.problem]).toEqual([1, null]);
    expect([atHead.settings.bot.approvals, atHead.problem]).toEqual([2, null]);
    expect(Object.keys(atBase.models)).toEqual(['flight-delay']);
  });

  it.each<[string, (scene: Scene) => void, RegExp]>([
    [
      'longer than is read',
      ({ repo }) => repo.push('main', { 'tiltyard.yaml': `# ${'x'.repeat(300_000)}\n` }),
      /longer than 250000/,
    ],
    [
      'of 2 MB',
      ({ repo }) => repo.push('main', { 'tiltyard.yaml': Buffer.alloc(2_000_000, '#\n') }),
      /has 2000000 bytes/,
    ],
    [
      'a link',
      (scene) => pushTree(scene, 'main', { 'tiltyard.yaml': link(scene, '/etc/passwd') }),
      /tiltyard\.yaml is no file/,
    ],
    ['a submodule', (scene) => pushTree(scene, 'main', { 'tiltyard.yaml': submodule }), /tiltyard\.yaml is no file/],
    ['a folder', ({ repo }) => repo.push('main', { 'tiltyard.yaml/x': '' }), /tiltyard\.yaml is no file/],
    ['no YAML', ({ repo }) => repo.push('main', { 'tiltyard.yaml': '{' }), /tiltyard\.yaml:1:2/],
    [
      'nested without end',
      ({ repo }) => repo.push('main', { 'tiltyard.yaml': '['.repeat(100_000) }),
      /nested too deeply/,
    ],
    ['no text', ({ repo }) => repo.push('main', { 'tiltyard.yaml': Buffer.from([0xff, 0xfe, 0]) }), /tiltyard\.yaml/],
  ])('is said to be unreadable where tiltyard.yaml of the base is %s, and a person decides', async (_, change, why) => {
    const scene = createScene();
    const pull = scene.propose();
    change(scene);
    expect((await readOne(scene)).atBase.problem).toMatch(why);
    scene.evaluate(pull);
    await lookAt(scene);
    const checks = scene.repo.checks(scene.repo.pull(pull).head.sha);
    expect(checks.find(({ name }) => name === 'tiltyard')).toMatchObject({ conclusion: 'action_required' });
  });

  const link = ({ github }: Scene, to: string): GitFile => ({
    mode: '120000',
    sha: writeBlob(github.world.objects, to),
  });
  const submodule: GitFile = { mode: '160000', sha: 'a'.repeat(40) };

  it.each<[string, (scene: Scene) => void, RegExp]>([
    [
      'model.yaml is a link',
      (scene) => pushTree(scene, 'better', { [flightModelPath]: link(scene, '../../other.yaml') }),
      /model\.yaml is no file/,
    ],
    [
      'model.yaml is a submodule',
      (scene) => pushTree(scene, 'better', { [flightModelPath]: submodule }),
      /model\.yaml is no file/,
    ],
    [
      'features.sql is a link',
      (scene) => pushTree(scene, 'better', { [FEATURES]: link(scene, '/etc/passwd') }),
      /features\.sql is no file/,
    ],
    [
      'features.sql has 2 MB',
      ({ repo }) => repo.push('better', { [FEATURES]: Buffer.alloc(2_000_000) }),
      /has 2000000 bytes/,
    ],
    [
      'the pins are a link',
      (scene) => pushTree(scene, 'better', { 'models/flight-delay/data.lock.yaml': link(scene, 'x') }),
      /data\.lock\.yaml is no file/,
    ],
    [
      'the pins are nothing',
      ({ repo }) => repo.push('better', { 'models/flight-delay/data.lock.yaml': '' }),
      /data\.lock\.yaml is empty/,
    ],
    [
      'it calls itself otherwise',
      ({ repo }) =>
        repo.push('better', { [flightModelPath]: flightModelText.replace('name: flight-delay', 'name: shop') }),
      /calls its model "shop"/,
    ],
  ])('of a model is said to be unreadable where %s', async (_, change, why) => {
    const scene = createScene();
    const pull = scene.propose();
    change(scene);
    const { atBase, atHead } = await readOne(scene);
    expect(atBase.models['flight-delay']).toMatchObject({ problem: null });
    expect(atHead.models['flight-delay']).toMatchObject({ model: null, problem: expect.stringMatching(why) });
    scene.evaluate(pull);
    await lookAt(scene);
    expect(scene.repo.checks(scene.repo.pull(pull).head.sha).map(({ conclusion }) => conclusion)).not.toContain(
      'success',
    );
  });

  it('of folders whose names differ in case alone, or are none of a model, is kept apart', async () => {
    const scene = createScene();
    const names = ['Flight-Delay', 'flight_delay', '__proto__', 'constructor', '-x', 'flight-delay2'];
    const files = Object.fromEntries(names.map((name) => [`models/${name}/model.yaml`, flightModelText]));
    scene.propose({ files: { ...files, [FEATURES]: 'SELECT 2\n' } });
    const { atBase, atHead } = await readOne(scene);
    expect(Object.keys(atBase.models)).toEqual(['flight-delay']);
    expect(Object.keys(atHead.models).sort()).toEqual(['constructor', 'flight-delay', 'flight-delay2']);
    expect(atHead.models['constructor']).toMatchObject({ model: null });
  });

  it.each(['models', 'registry'])(
    'is that there is nothing in %s where that is a file, a link or a submodule',
    async (folder) => {
      const scene = createScene({ files: folder === 'models' ? { [flightModelPath]: flightModelText } : {} });
      scene.propose({ files: { 'docs/x.md': 'x\n' } });
      const gone = Object.fromEntries(
        Object.keys(scene.repo.files('better'))
          .filter((path) => path.startsWith(`${folder}/`))
          .map((path) => [path, null]),
      );
      scene.repo.push('better', { ...gone, [folder]: 'a file\n' });
      const pull = await readOne(scene);
      expect(pull.atHead.models).toEqual({});
      expect(pull.registry === null ? [] : pull.registry.atHead).toEqual(
        folder === 'registry' ? [{ path: 'registry', blob: expect.any(String), kind: 'file' }] : [],
      );
    },
  );

  it('is read folder by folder where GitHub cuts its list, to the same end', async () => {
    const scene = createScene({ files: { 'registry/flight-delay/channels.yaml': 'champion: null\n' } });
    scene.propose({ files: { [FEATURES]: 'SELECT 3\n', 'registry/flight-delay/channels.yaml': 'champion: 1.0.0\n' } });
    const { client } = scene;
    const cut: GitHub = {
      request: async (route, parameters) => {
        const answer = await client.request(route, parameters);
        if (route !== TREES || parameters?.['recursive'] === undefined) return answer;
        const { tree } = Object(answer.data);
        return tree.length <= 2
          ? answer
          : { ...answer, data: { ...Object(answer.data), tree: tree.slice(0, 1), truncated: true } };
      },
    };
    const plain = (pulls: Pull[]): unknown => JSON.parse(JSON.stringify(pulls));
    expect(plain(await read(scene, createMemory(), cut))).toEqual(plain(await read(scene)));
  });

  it('can’t be told where even one folder is cut, and no check turns green', async () => {
    const scene = createScene();
    const pull = scene.propose();
    const { client } = scene;
    const cut: GitHub = {
      request: async (route, parameters) => {
        const answer = await client.request(route, parameters);
        return route === TREES ? { ...answer, data: { ...Object(answer.data), truncated: true } } : answer;
      },
    };
    const { atBase, atHead } = await readOne(scene, createMemory(), cut);
    expect([atBase.problem, atHead.problem]).toEqual([
      expect.stringContaining('can’t be listed'),
      expect.stringContaining('can’t be listed'),
    ]);
    scene.evaluate(pull);
    await lookAt(scene, cut);
    expect(scene.repo.checks(scene.repo.pull(pull).head.sha).map(({ conclusion }) => conclusion)).not.toContain(
      'success',
    );
  });
});
