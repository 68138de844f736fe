import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GitHub } from '#registry/github/client.ts';
import type { ModelAt } from '../../../bot/snapshot/snapshot.ts';
import { flightModelPath, flightModelText } from '../../fixtures/model.ts';
import { type GitFile, writeBlob } from '../../github/git.ts';
import { pushTree } from '../../github/push-tree.ts';
import { createScene, type Scene } from '../../github/scene.ts';
import { readSnapshot } from '../read-snapshot.ts';

const TREES = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}';
const BLOBS = 'GET /repos/{owner}/{repo}/git/blobs/{file_sha}';
const FEATURES = 'models/flight-delay/features.sql';
const LOCK = 'models/flight-delay/data.lock.yaml';
const SHOP = 'models/shop/model.yaml';
const shop = flightModelText.replace('name: flight-delay', 'name: shop');

/** As many as GitHub lists of a comparison: there may be more. */
const MANY = Array.from({ length: 300 }, (_, i) => ({ filename: `docs/${i}.md`, status: 'added' }));

/** A client to which comparisons do not show all, so that whoever wants to know a head has to list its files. */
const plain = (github: GitHub): GitHub => ({
  async request(route, parameters) {
    const answer = await github.request(route, parameters);
    if (!route.includes('/compare/')) return answer;
    return { ...answer, data: { ...Object(answer.data), files: MANY } };
  },
});

/** What the head says of each model, and the calls for it. */
async function read({ client, github, repo, us }: Scene, by: GitHub = client) {
  github.faults.forget();
  const place = { owner: repo.owner, repo: repo.repo };
  const { snapshot, unread } = await readSnapshot(by, place, us, github.now());
  expect(unread).toEqual([]);
  const [pull] = snapshot.pulls;
  if (pull === undefined) throw new Error('there is no pull request');
  const told = (at: ModelAt) =>
    at.model === null
      ? { model: null, features: null, lock: null, problem: at.problem }
      : { model: at.model, features: at.features, lock: at.lock, problem: null };
  const { models, problem, settings } = pull.atHead;
  const all = Object.entries(models).map(([name, at]): [string, ReturnType<typeof told>] => [name, told(at)]);
  const calls = (route: string) => github.faults.calls.filter((one) => one === route).length;
  return { said: { models: Object.fromEntries(all), problem, settings }, trees: calls(TREES), blobs: calls(BLOBS) };
}

/** A pull request that changes this, and the same change read with patches and without. */
async function both(files: Record<string, string>, change: (scene: Scene) => Record<string, GitFile | null>) {
  const scene = createScene({ files });
  scene.repo.push('better', {}, { by: 'ann' });
  pushTree(scene, 'better', change(scene));
  scene.repo.openPull({ head: 'better', by: 'ann' });
  return { scene, patched: await read(scene), listed: await read(scene, plain(scene.client)) };
}
const file = ({ github }: Scene, text: string, mode: GitFile['mode'] = '100644'): GitFile => ({
  mode,
  sha: writeBlob(github.world.objects, text),
});

describe('a head', () => {
  it('is known by the comparison, without listing or reading its files', async () => {
    const edited = flightModelText.replace('max_loss: 0.002', 'max_loss: 0.001');
    const { listed, patched } = await both({}, (scene) => ({
      [flightModelPath]: file(scene, edited),
      [FEATURES]: file(scene, 'SELECT flight_id FROM source\n'),
      'models/flight-delay/train.py': file(scene, 'print(1)\n'),
    }));
    expect(patched.said).toEqual(listed.said);
    expect(patched.said.models['flight-delay']).toMatchObject({
      model: { evaluate: { primary: { max_loss: 0.001 } } },
      features: 'SELECT flight_id FROM source\n',
    });
    // The base: its files, and two of them.
    expect([patched.trees, patched.blobs]).toEqual([1, 2]);
    expect([listed.trees, listed.blobs]).toEqual([2, 4]);
  });

  it('is what its own files say, where the base has moved on since', async () => {
    const scene = createScene();
    scene.propose({ files: { [FEATURES]: 'SELECT flight_id FROM source\n' } });
    scene.repo.push('main', { [flightModelPath]: flightModelText.replace('max_loss: 0.002', 'max_loss: 0.2') });
    const patched = await read(scene);
    expect(patched.said).toEqual((await read(scene, plain(scene.client))).said);
    expect(patched.said.models['flight-delay']?.model?.evaluate.primary.max_loss).toBe(0.002);
  });

  it('is listed where a link, a submodule or another mode is in the way of a file', async () => {
    for (const made of [
      (scene: Scene) => ({ [flightModelPath]: file(scene, '../shop/model.yaml', '120000') }),
      (scene: Scene) => ({ [flightModelPath]: file(scene, flightModelText, '120000') }),
      () => ({ [flightModelPath]: { mode: '160000', sha: '5'.repeat(40) } as const }),
    ]) {
      const { listed, patched } = await both({}, made);
      expect(patched.said).toEqual(listed.said);
      expect(patched.said.models['flight-delay']?.problem).toContain('is no file');
    }
  });

  it('is listed where folders lie in folders without end', async () => {
    const deep = (at: number) => `models/flight-delay/${`${at}/`.repeat(1000)}a.sql`;
    const { listed, patched } = await both({}, (scene) => ({
      ...Object.fromEntries(Array.from({ length: 5 }, (_, at) => [deep(at), file(scene, '')])),
      [FEATURES]: file(scene, 'SELECT flight_id FROM source\n'),
    }));
    expect(patched.said).toEqual(listed.said);
    expect(patched.trees).toBe(listed.trees);
  });

  const OTHER = 'flight-delay/model.yaml';
  const FAKE = 'SELECT 7\n';
  it.each<[string, Record<string, string>, Record<string, string | null>]>([
    ['a file of the same name outside is removed', { [OTHER]: 'x\n' }, { [OTHER]: null, [FEATURES]: FAKE }],
    ['a file of the same name outside is moved', { [OTHER]: 'x\n' }, { [OTHER]: null, 'b/c': 'x\n', [FEATURES]: FAKE }],
    ['a document becomes a folder', {}, { [FEATURES]: null, [`${FEATURES}/a`]: FAKE }],
    ['another becomes a folder', { [LOCK]: 'x: 1\n' }, { [LOCK]: null, [`${LOCK}/a`]: FAKE }],
    ['the model becomes a folder', {}, { [flightModelPath]: null, [`${flightModelPath}/a`]: FAKE }],
    ['a folder is emptied', { [FEATURES]: '', [`${LOCK}/a`]: FAKE }, { [`${LOCK}/a`]: null }],
    ['a folder becomes a document', { [`${LOCK}/a`]: FAKE }, { [`${LOCK}/a`]: null, [LOCK]: 'x: 1\n' }],
    ['a folder gets the name of the settings', {}, { 'tiltyard.yaml/a': FAKE, [FEATURES]: FAKE }],
    ['the folder of all becomes a file', {}, { [flightModelPath]: null, [FEATURES]: null, models: FAKE }],
    ['its folder becomes a file', {}, { [flightModelPath]: null, [FEATURES]: null, 'models/flight-delay': FAKE }],
    ['names are turned round', { [SHOP]: shop }, { [SHOP]: flightModelText, [flightModelPath]: shop }],
  ])('is the same with patches and without where %s', async (_, base, changes) => {
    const { listed, patched } = await both(base, (scene) =>
      Object.fromEntries(
        Object.entries(changes).map(([path, text]) => [path, text === null ? null : file(scene, text)]),
      ),
    );
    expect(patched.said).toEqual(listed.said);
  });

  it('is listed where a link’s target looks like a document', async () => {
    const edited = flightModelText.replace('max_loss: 0.002', 'max_loss: 0.001');
    for (const [path, text] of [
      [flightModelPath, edited],
      [FEATURES, FAKE],
      [SHOP, shop],
    ] as const) {
      const { listed, patched } = await both({}, (scene) => ({ [path]: file(scene, text, '120000') }));
      expect(patched.said).toEqual(listed.said);
    }
  });

  const names = [
    flightModelPath,
    FEATURES,
    LOCK,
    SHOP,
    'models/shop/features.sql',
    'models/shop/other.sql',
    OTHER,
    'README.md',
    // In the way of others, which then give way.
    `${LOCK}/a`,
    `${FEATURES}/a/b`,
    `${SHOP}/a`,
    'models/shop',
    'models',
    'tiltyard.yaml/a',
  ];
  const texts = [
    flightModelText,
    shop,
    shop.replace('features: features.sql', 'features: other.sql'),
    flightModelText.replace('max_loss: 0.002', 'max_loss: 0.3'),
    flightModelText.trimEnd(),
    'SELECT 1\n',
    'SELECT 2\nFROM source\n',
    'not: [a\n',
    '',
  ];
  const modes = ['100644', '100644', '100644', '100644', '100755', '120000', '160000'] as const;
  const Change = fc.record({
    path: fc.constantFrom(...names),
    text: fc.constantFrom(null, ...texts, ...texts),
    mode: fc.constantFrom(...modes),
  });
  const Changes = fc.array(Change, { maxLength: 5 });
  const isInTheWay = (path: string, other: string) => other.startsWith(`${path}/`) || path.startsWith(`${other}/`);

  /** What is to be committed so that these files come, one after another, and whatever is in their way goes. */
  function commitOf(scene: Scene, changes: readonly { path: string; text: string | null; mode: GitFile['mode'] }[]) {
    const made: Record<string, GitFile | null> = {};
    for (const { mode, path, text } of changes) {
      for (const other of [...names, ...Object.keys(made)]) if (isInTheWay(path, other)) made[other] = null;
      const sha = mode === '160000' ? '5'.repeat(40) : file(scene, text ?? '').sha;
      made[path] = text === null ? null : { mode, sha };
    }
    return made;
  }

  it('is the same with patches and without, whatever was added, changed, moved or removed', async () => {
    let spared = 0;
    await fc.assert(
      fc.asyncProperty(Changes, Changes, Changes, async (base, changes, later) => {
        const scene = createScene();
        pushTree(scene, 'main', commitOf(scene, base));
        scene.repo.push('better', {}, { by: 'ann' });
        pushTree(scene, 'better', commitOf(scene, changes));
        scene.repo.openPull({ head: 'better', by: 'ann' });
        if (later.length < 3) pushTree(scene, 'main', commitOf(scene, later));
        const [patched, listed] = [await read(scene), await read(scene, plain(scene.client))];
        expect(patched.said).toEqual(listed.said);
        if (patched.trees < listed.trees) spared += 1;
      }),
      { numRuns: 400, seed: 11 },
    );
    expect(spared).toBeGreaterThan(20);
  });
});
