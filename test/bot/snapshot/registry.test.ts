import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { editChannels } from '#registry/edit-channels.ts';
import type { Move } from '#registry/moves.ts';
import { createMemory } from '../../../bot/snapshot/memory.ts';
import type { Pull } from '../../../bot/snapshot/snapshot.ts';
import { evaluationOf } from '../../fixtures/evaluation.ts';
import { flightModelText } from '../../fixtures/model.ts';
import { versionDocument } from '../../fixtures/version.ts';
import { commitTree } from '../../github/commits.ts';
import { commitFiles, writeBlob } from '../../github/git.ts';
import { createScene, type Scene } from '../../github/scene.ts';
import { channelsFile, type Folder, registered, registryChange } from '../decide/registry-folder.ts';
import { readSnapshot } from '../read-snapshot.ts';

const MODEL = 'models/shop/model.yaml';
const policy = flightModelText.replace('name: flight-delay', 'name: shop');
const looser = policy.replace('max_loss: 0.002', 'max_loss: 0.2');

async function readOne({ client, github, repo, us }: Scene, memory = createMemory()): Promise<Pull> {
  const place = { owner: repo.owner, repo: repo.repo };
  const { settle, snapshot } = await readSnapshot(client, place, us, github.now(), memory);
  await settle(snapshot.pulls.map(({ number }) => ({ pull: number })));
  const [pull] = snapshot.pulls;
  if (pull === undefined) throw new Error('the pull request was not read');
  return pull;
}

const three = registered(['1.0.0', '1.1.0', '1.2.0']);
const base: Folder = {
  ...three,
  ...channelsFile({ champion: '1.1.0', retired: ['1.0.0'] }),
  'registry/README.md': 'x\n',
};
const moved = channelsFile({ champion: '1.2.0', retired: ['1.0.0', '1.1.0'] });
const [gone = ''] = Object.keys(three);
const without = (folder: Folder, path: string): Folder =>
  Object.fromEntries(Object.entries(folder).filter(([name]) => name !== path));
const sorted = (change: Pull['registry']) =>
  change && {
    ...change,
    atMergeBase: change.atMergeBase.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    atBase: change.atBase.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    atHead: change.atHead.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
  };

describe('a change of the registry', () => {
  it.each<
    [
      string,
      { head: Record<string, string | null>; main?: Record<string, string> },
      { atHead: Folder; atBase?: Folder },
    ]
  >([
    ['a channel moved', { head: moved }, { atHead: { ...base, ...moved } }],
    ['a version was registered', { head: registered(['1.3.0']) }, { atHead: { ...base, ...registered(['1.3.0']) } }],
    ['a file went', { head: { [gone]: null } }, { atHead: without(base, gone) }],
    [
      'the base went on',
      { head: moved, main: registered(['1.3.0']) },
      { atHead: { ...base, ...moved }, atBase: { ...base, ...registered(['1.3.0']) } },
    ],
    [
      'the base went on with the same file',
      { head: moved, main: channelsFile({ champion: '1.0.0' }) },
      { atHead: { ...base, ...moved }, atBase: { ...base, ...channelsFile({ champion: '1.0.0' }) } },
    ],
  ])('is read at three commits where %s', async (_, { head, main }, { atBase = base, atHead }) => {
    const scene = createScene({ files: base });
    scene.propose({ files: {} });
    scene.repo.push('better', head);
    if (main !== undefined) scene.repo.push('main', main);
    const expected = registryChange({ atMergeBase: base, atBase, atHead });
    expect(sorted((await readOne(scene)).registry)).toEqual(sorted(expected));
  });

  it('is none where the base alone moved, or the head took it back', async () => {
    const scene = createScene({ files: base });
    scene.propose({ files: { ...moved, 'models/flight-delay/features.sql': 'SELECT 1\n' } });
    scene.repo.push('main', registered(['1.3.0']));
    expect((await readOne(scene)).registry).not.toBe(null);
    scene.repo.push('better', channelsFile({ champion: '1.1.0', retired: ['1.0.0'] }));
    expect((await readOne(scene)).registry).toBe(null);
  });

  it.each<[string, Record<string, string | Uint8Array>, string]>([
    [
      'channels.yaml',
      { 'registry/shop/channels.yaml': Buffer.alloc(1_000_001, '#') },
      'registry/shop/channels.yaml is too large',
    ],
    ['a manifest', { 'registry/shop/versions/9.0.0.yaml': Buffer.alloc(1_000_001, '#') }, '9.0.0.yaml is too large'],
    [
      'evidence',
      { [`registry/shop/evidence/canary-${'a'.repeat(64)}.json`]: Buffer.alloc(20_000_001, ' ') },
      'is too large',
    ],
  ])('says so where %s is too large to be read', async (_, files, problem) => {
    const scene = createScene({ files: base });
    scene.propose({ files: {} });
    scene.repo.push('better', files);
    const { registry } = await readOne(scene);
    expect(registry?.problem).toContain(problem);
    expect(registry?.evidence).toEqual({});
  });

  it('of very many files is read by and by', async () => {
    const numbers = Array.from({ length: 180 }, (_, i) => `2.${i}.0`);
    const scene = createScene({ files: base });
    scene.propose({ files: registered(numbers) });
    const memory = createMemory();
    expect((await readOne(scene, memory)).registry?.problem).toBe('64 of its files are still to be read');
    const { registry } = await readOne(scene, memory);
    expect(registry?.problem).toBe(null);
    expect(sorted(registry)).toEqual(
      sorted(registryChange({ atBase: base, atHead: { ...base, ...registered(numbers) } })),
    );
  });

  it('that is a link where files should be is one in the snapshot, and nothing is read through it', async () => {
    const scene = createScene({ files: base });
    scene.propose({ files: moved });
    const { github, repo } = scene;
    const files = new Map(commitFiles(github.world.objects, repo.head('better')));
    files.set('registry/shop/channels.yaml', { mode: '120000', sha: writeBlob(github.world.objects, '/etc/passwd') });
    files.set('registry/shop/versions/1.0.0.yaml', { mode: '160000', sha: 'a'.repeat(40) });
    const head = commitTree(github.world, files, { author: 'ann', message: 'Links', parents: [repo.head('better')] });
    await scene.client.request('PATCH /repos/{owner}/{repo}/git/refs/{ref}', {
      owner: 'acme',
      repo: 'models',
      ref: 'heads/better',
      sha: head,
    });
    const { registry } = await readOne(scene);
    const kinds = Object.fromEntries(registry?.atHead.map(({ kind, path }) => [path, kind]) ?? []);
    expect(kinds).toMatchObject({
      'registry/shop/channels.yaml': 'link',
      'registry/shop/versions/1.0.0.yaml': 'submodule',
    });
    expect(Object.values(registry?.texts ?? {})).not.toContain('/etc/passwd');
  });
});

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** A registered version whose manifest names this evaluation. */
function promoted(number: string, evaluation: string): Folder {
  const digest = sha256(evaluation);
  const made = registered([number], (version) => {
    version.evidence.evaluation = digest;
  });
  return { ...made, [`registry/shop/evidence/evaluation-${digest}.json`]: evaluation };
}
const evaluation = (seed: number) => JSON.stringify(evaluationOf({ model: 'shop', seed }));

describe('what was promoted before', () => {
  const numbers = Array.from({ length: 22 }, (_, i) => `1.${i}.0`);
  const champions = Object.assign({}, ...numbers.map((number, seed) => promoted(number, evaluation(seed))));
  const retired = numbers.slice(0, 20);
  const files = {
    ...champions,
    [MODEL]: policy,
    ...channelsFile({ champion: '1.20.0', canary: { version: '1.21.0', traffic: 5 }, retired }),
  };
  const seeds = ({ promotions }: Pull) => promotions['shop']?.map((one) => [one.version, one.evaluation.seed]);

  it('is read where the policy changes: the newest first, and the last twenty', async () => {
    const scene = createScene({ files });
    scene.propose({ files: { [MODEL]: looser } });
    const read = await readOne(scene);
    expect(seeds(read)).toEqual(
      [21, 20, ...Array.from({ length: 18 }, (_, i) => 19 - i)].map((seed) => [`1.${seed}.0`, seed]),
    );
    expect(read.atBase.champions).toMatchObject({ shop: { version: '1.20.0' } });
  });

  it('names also what was put under quarantine by a rollback, and says which versions are', async () => {
    const rolled = ['1.0.0', '1.2.0', '1.9.0', '1.10.0', '1.11.0'];
    const manifests = Object.assign({}, ...rolled.map((number, seed) => promoted(number, evaluation(seed))));
    const digests = new Map(rolled.map((number) => [number, versionDocument(number).artifact.digest]));
    const context = { registered: digests, today: '2026-11-01' };
    const bad = (version: string) => ({ kind: 'quarantine', version, reason: 'Wrong at night' }) as const;
    const moves = [
      { kind: 'promote', version: '1.0.0', quarantine: null },
      { kind: 'canary', version: '1.10.0', traffic: 5 },
      { kind: 'promote', version: '1.10.0', quarantine: null },
      { kind: 'rollback', to: '1.0.0', quarantine: 'Wrong at night' },
      bad('1.2.0'),
      bad('1.9.0'),
      { kind: 'override', version: '1.2.0', reason: 'Mended', expires: '2999-12-31' },
      { kind: 'override', version: '1.9.0', reason: 'Mended', expires: '2026-11-02' },
      { kind: 'canary', version: '1.11.0', traffic: 5 },
    ] satisfies Move[];
    const path = 'registry/shop/channels.yaml';
    const channels = moves.reduce((text, move) => editChannels(text, move, context, path), '');
    const scene = createScene({ files: { ...manifests, [MODEL]: policy, [path]: channels } });
    scene.propose({ files: { [MODEL]: looser } });
    const { promotions } = await readOne(scene);
    expect(promotions['shop']?.map(({ quarantined, version }) => [version, quarantined])).toEqual([
      ['1.11.0', false],
      ['1.0.0', false],
      ['1.10.0', true],
      ['1.9.0', true],
      ['1.2.0', false],
    ]);
  });

  it('is not read where it does not', async () => {
    const scene = createScene({ files });
    scene.propose({ files: { 'models/shop/features.sql': 'SELECT 2\n', [MODEL]: `${policy}\n# the same\n` } });
    expect((await readOne(scene)).promotions).toEqual({});
  });

  it.each<[string, Folder]>([
    ['is no JSON', promoted('1.0.0', '{')],
    ['has a key twice', promoted('1.0.0', evaluation(0).replace('"seed":', '"seed":1,"seed":'))],
    ['is about another model', promoted('1.0.0', JSON.stringify(evaluationOf()))],
    [
      'is not there',
      registered(['1.0.0'], (version) => {
        version.evidence.evaluation = 'a'.repeat(64);
      }),
    ],
    ['was never made', registered(['1.0.0'])],
    ['is named by no manifest', {}],
    [
      'is named by a manifest of another number',
      {
        'registry/shop/versions/1.0.0.yaml':
          promoted('1.9.0', evaluation(0))['registry/shop/versions/1.9.0.yaml'] ?? '',
      },
    ],
    ['is named by a manifest that is no YAML', { 'registry/shop/versions/1.0.0.yaml': '{' }],
  ])('is left out where the evidence %s', async (_, broken) => {
    const sound = promoted('1.1.0', evaluation(1));
    const scene = createScene({
      files: { ...sound, ...broken, [MODEL]: policy, ...channelsFile({ champion: '1.1.0', retired: ['1.0.0'] }) },
    });
    scene.propose({ files: { [MODEL]: looser } });
    expect(seeds(await readOne(scene))).toEqual([['1.1.0', 1]]);
  });
});

describe('the champion of the base', () => {
  it.each<[string, Folder, object]>([
    [
      'is known',
      { ...three, ...channelsFile({ champion: '1.1.0' }) },
      { shop: { version: '1.1.0', digest: expect.stringMatching(/^[0-9a-f]{64}$/) } },
    ],
    ['is nobody, where no channels are', {}, { shop: null }],
    ['is nobody, where they name none', channelsFile({ champion: null }), { shop: null }],
    ['is unreadable, where they can’t be read', { 'registry/shop/channels.yaml': '{' }, { shop: 'unreadable' }],
    ['is unreadable, where its manifest is not there', channelsFile({ champion: '7.0.0' }), { shop: 'unreadable' }],
    [
      'is unreadable, where its manifest can’t be read',
      { 'registry/shop/versions/7.0.0.yaml': '- 1', ...channelsFile({ champion: '7.0.0' }) },
      { shop: 'unreadable' },
    ],
  ])('%s', async (_, registry, expected) => {
    const scene = createScene({ files: { [MODEL]: policy, ...registry } });
    scene.propose({ files: { 'models/shop/features.sql': 'SELECT 2\n' } });
    expect((await readOne(scene)).atBase.champions).toEqual(expected);
  });
});
