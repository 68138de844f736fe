import { cpSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import {
  CHANNELS,
  type GitRegistry,
  gitRegistry,
  manifestText,
  sha256,
  soundRegistry,
  VERSIONS,
} from '../fixtures/git-registry.ts';
import { testWorld } from '../fixtures/world.ts';

const sound = soundRegistry();

async function fsck(repository: GitRegistry, ...more: string[]) {
  const world = testWorld(`${repository.root}/.tiltyard`, { PATH: process.env['PATH'], HOME: repository.root });
  const verbs = { fsck: () => import('../../actions/cli/fsck.ts') };
  const status = await runCommandLine(['fsck', '--root', repository.root, ...more], verbs, world);
  expect(world.left()).toEqual([]);
  return { status, said: world.printed.join('\n'), errors: world.errors.join('\n') };
}

/** Faults as `path:line message`, without what says that the channels suffer from it too. */
async function faultsOf(repository: GitRegistry, ...more: string[]) {
  const { said, errors } = await fsck(repository, '--format', 'json', ...more);
  expect(errors).toBe('');
  const { faults }: { faults: { path: string; line: number | null; message: string; fix: string }[] } =
    JSON.parse(said);
  for (const { message, fix } of faults) {
    expect(message).toMatch(/^[^a-z\n][^\n]*[.!?]$/);
    expect(fix).toMatch(/\S.*[.?]$/s);
  }
  return faults.map(({ path, line, message }) =>
    `${path}${line === null ? '' : `:${line}`} ${message}`
      .replace(/[0-9a-f]{64}/g, '<digest>')
      .replace(/in [0-9a-f]{10}\./, 'in <commit>.'),
  );
}

const edit = (file: string, from: string | RegExp, to: string) => (repository: GitRegistry) => {
  const before = repository.read(file);
  repository.write(file, before.replace(from, to));
  if (repository.read(file) === before) throw new Error(`${file} has no ${from}`);
};
/** Writes the next version with something wrong in its manifest. */
const next = (change: Parameters<GitRegistry['register']>[1]) => (repository: GitRegistry) => {
  repository.register('1.3.0', { parent: '1.2.0', ...change });
};
const evidenceOf = (repository: GitRegistry, number: string, kind: 'training' | 'evaluation' = 'training') =>
  `registry/shop/evidence/${kind}-${repository.version(number).evidence[kind]}.json`;
const manifest = (number: string) => `${VERSIONS}/${number}.yaml`;

/** What is wrong is planted, and committed; then these sentences are said, and no others. */
type Corruption = [name: string, plant: (repository: GitRegistry) => void, ...said: string[]];

const corruptions: Corruption[] = [
  // Manifests
  [
    'a manifest with a misspelt key',
    next({ edit: (version) => Object.assign(version, { lineages: 1 }) }),
    'registry/shop/versions/1.3.0.yaml:71 The document has the unknown key “lineages”.',
  ],
  [
    'a manifest that is no YAML',
    (repo) => repo.write(manifest('1.3.0'), 'version: "1.3.0\n'),
    'registry/shop/versions/1.3.0.yaml:2 This is no valid YAML: Missing closing "quote.',
  ],
  [
    'a manifest with an alias',
    (repo) => repo.write(manifest('1.3.0'), 'version: &a 1.3.0\nmodel: *a\n'),
    'registry/shop/versions/1.3.0.yaml:1 Anchors (&) are not read.',
    'registry/shop/versions/1.3.0.yaml:2 Aliases (*) are not read.',
  ],
  [
    'a manifest with a key twice',
    edit(manifest('1.2.0'), /^model: shop$/m, 'model: shop\nmodel: shop'),
    'registry/shop/versions/1.2.0.yaml The manifest of 1.2.0 is not what was registered in <commit>.',
    'registry/shop/versions/1.2.0.yaml:3 This key is there twice.',
    'registry/shop/channels.yaml:3 The canary 1.2.0 is not registered.',
  ],
  [
    'a manifest that is changed',
    edit(manifest('1.0.0'), 'seed: 7', 'seed: 8'),
    'registry/shop/versions/1.0.0.yaml The manifest of 1.0.0 is not what was registered in <commit>.',
    'registry/shop/versions/1.0.0.yaml:32 The training evidence <digest> has another lineage than the manifest.',
  ],
  [
    'a manifest that is changed, and changed back',
    (repo) => {
      edit(manifest('1.0.0'), 'seed: 7', 'seed: 8')(repo);
      repo.commit('a');
      edit(manifest('1.0.0'), 'seed: 8', 'seed: 7')(repo);
    },
    'registry/shop/versions/1.0.0.yaml The manifest of 1.0.0 is not what was registered in <commit>.',
    'registry/shop/versions/1.0.0.yaml:32 The training evidence <digest> has another lineage than the manifest.',
  ],
  [
    'a manifest that is gone',
    (repo) => {
      repo.register('1.3.0', { parent: '1.2.0' });
      repo.commit('a');
      repo.remove(manifest('1.3.0'));
    },
    'registry/shop/versions/1.3.0.yaml The manifest of 1.3.0 is gone; a registered version stays registered.',
    'registry/shop/evidence/training-<digest>.json No manifest names this evidence.',
  ],
  [
    'the manifest of the champion is gone',
    (repo) => repo.remove(manifest('1.1.0')),
    'registry/shop/versions/1.1.0.yaml The manifest of 1.1.0 is gone; a registered version stays registered.',
    'registry/shop/channels.yaml:1 The champion 1.1.0 is not registered.',
    'registry/shop/evidence/evaluation-<digest>.json No manifest names this evidence.',
    'registry/shop/evidence/training-<digest>.json No manifest names this evidence.',
  ],
  [
    'a number that is used twice',
    (repo) => {
      repo.register('1.3.0', { parent: '1.2.0' });
      repo.commit('a');
      repo.remove(manifest('1.3.0'));
      repo.commit('b');
      repo.register('1.3.0', {
        parent: '1.2.0',
        edit: (version) => {
          version.card.owner = '@mallory';
        },
      });
    },
    'registry/shop/versions/1.3.0.yaml The manifest of 1.3.0 is gone; a registered version stays registered.',
    'registry/shop/versions/1.3.0.yaml The number 1.3.0 is used twice: before it was removed, it stood for another manifest.',
  ],
  [
    'two numbers that differ in case',
    (repo) => {
      repo.register('1.3.0-rc.1', { parent: '1.2.0' });
      repo.register('1.3.0-RC.1', { parent: '1.2.0' });
    },
    'registry/shop/versions/1.3.0-rc.1.yaml 1.3.0-rc.1 differs from 1.3.0-RC.1 only in case; on Windows and macOS both are one file.',
  ],
  [
    'a manifest under another number',
    (repo) => {
      repo.register('1.3.0', { parent: '1.2.0' });
      renameSync(repo.path(manifest('1.3.0')), repo.path(manifest('1.4.0')));
    },
    'registry/shop/versions/1.4.0.yaml:1 The file names version 1.3.0, but stands for 1.4.0.',
  ],
  [
    'a manifest whose name is no number',
    (repo) => {
      repo.register('1.3.0', { parent: '1.2.0' });
      cpSync(repo.path(manifest('1.3.0')), repo.path(`${VERSIONS}/latest.yaml`));
    },
    'registry/shop/versions/latest.yaml No version has this file: a manifest is called by its number, such as 1.4.0.yaml.',
  ],
  [
    'a manifest with another ending',
    (repo) => repo.write(`${VERSIONS}/1.3.0.yml`, 'x'),
    'registry/shop/versions/1.3.0.yml No version has this file: a manifest is called by its number, such as 1.4.0.yaml.',
  ],
  [
    'a manifest in a folder of its own',
    (repo) => repo.write(`${VERSIONS}/old/1.3.0.yaml`, 'x'),
    'registry/shop/versions/old/1.3.0.yaml No version has this file: a manifest is called by its number, such as 1.4.0.yaml.',
  ],
  [
    'a manifest that is a link',
    (repo) => symlinkSync('1.2.0.yaml', repo.path(manifest('1.3.0'))),
    'registry/shop/versions/1.3.0.yaml This is a link, which is not read.',
  ],
  [
    'a manifest of another model',
    next({
      edit: (version) => {
        version.model = 'cart';
      },
    }),
    'registry/shop/versions/1.3.0.yaml:2 The manifest is of another model than shop: “cart”.',
  ],
  [
    'an artifact that is registered twice',
    next({
      edit: (version) => {
        version.artifact = sound.version('1.2.0').artifact;
      },
    }),
    'registry/shop/versions/1.3.0.yaml:6 1.3.0 is the same artifact as 1.2.0; one artifact is one version.',
    'registry/shop/versions/1.3.0.yaml:64 The training evidence <digest> has another artifact: <digest>.',
  ],
  [
    'a uri of another artifact',
    next({
      edit: (version) => {
        version.artifact.uri = `file:.tiltyard/store/${'0'.repeat(64)}`;
      },
    }),
    "registry/shop/versions/1.3.0.yaml:8 The artifact's uri does not end in its digest <digest>.",
  ],
  [
    'a parent that is not registered',
    next({ parent: '1.2.9' }),
    'registry/shop/versions/1.3.0.yaml:4 The parent 1.2.9 is not registered.',
  ],
  [
    'a version that is its own parent',
    next({ parent: '1.3.0' }),
    'registry/shop/versions/1.3.0.yaml:4 The parent 1.3.0 is the version itself.',
  ],
  [
    'two versions that follow each other',
    (repo) => {
      repo.register('1.3.0', { parent: '1.4.0' });
      repo.register('1.4.0', { parent: '1.3.0' });
    },
    'registry/shop/versions/1.3.0.yaml:4 The parents of 1.3.0 lead back to it: 1.3.0 → 1.4.0 → 1.3.0.',
  ],
  [
    'three versions that follow each other, and one that follows them',
    (repo) => {
      repo.register('1.3.0', { parent: '1.4.0' });
      repo.register('1.4.0', { parent: '1.6.0' });
      repo.register('1.5.0', { parent: '1.4.0' });
      repo.register('1.6.0', { parent: '1.5.0' });
    },
    'registry/shop/versions/1.4.0.yaml:4 The parents of 1.4.0 lead back to it: 1.4.0 → 1.6.0 → 1.5.0 → 1.4.0.',
  ],
  // Evidence
  [
    'training evidence that is missing',
    (repo) => {
      const { evidence } = repo.register('1.3.0', { parent: '1.2.0' });
      repo.remove(`registry/shop/evidence/training-${evidence.training}.json`);
    },
    'registry/shop/versions/1.3.0.yaml:64 The training evidence <digest> is not in registry/shop/evidence.',
  ],
  [
    'evidence of another artifact',
    next({
      evaluated: true,
      edit: (version) => {
        version.evidence.evaluation = sound.version('1.2.0').evidence.evaluation;
      },
    }),
    'registry/shop/versions/1.3.0.yaml:65 The evaluation evidence <digest> has another artifact: <digest>.',
    'registry/shop/evidence/evaluation-<digest>.json No manifest names this evidence.',
  ],
  [
    'evidence of another lineage',
    next({
      edit: (version) => {
        version.lineage.seed = 8;
      },
    }),
    'registry/shop/versions/1.3.0.yaml:32 The training evidence <digest> has another lineage than the manifest.',
  ],
  [
    'a workflow run that its training was not in',
    next({
      edit: (version) => {
        version.run = {
          repository: 'acme/shop',
          workflow: 'acme/shop/.github/workflows/train.yml@refs/heads/main',
          run_id: 7,
          run_attempt: 1,
          event: 'push',
          ref: 'refs/heads/main',
          sha: 'c'.repeat(40),
          actor: 'ada',
        };
      },
    }),
    'registry/shop/versions/1.3.0.yaml:66 The training evidence <digest> has another workflow run than the manifest.',
  ],
  [
    'a contract that its training does not have',
    next({ edit: ({ contract }) => contract.columns.pop() }),
    'registry/shop/versions/1.3.0.yaml:11 The training evidence <digest> has another contract than the manifest.',
  ],
  [
    'a task that its training does not have',
    next({
      edit: (version) => {
        version.task = 'regression';
      },
    }),
    'registry/shop/versions/1.3.0.yaml:3 The training evidence <digest> has another task than the manifest.',
  ],
  [
    'a threshold that its training did not fit',
    next({
      edit: ({ artifact }) => {
        artifact.threshold = 0.9;
      },
    }),
    'registry/shop/versions/1.3.0.yaml:10 The training evidence <digest> has another threshold than the manifest.',
  ],
  [
    'features that its training did not have',
    next({
      edit: ({ artifact }) => {
        artifact.features_digest = '0'.repeat(64);
      },
    }),
    'registry/shop/versions/1.3.0.yaml:9 The training evidence <digest> has another features digest than the manifest.',
  ],
  [
    'a duration that its training did not have',
    next({
      edit: (version) => {
        version.seconds = 1;
      },
    }),
    'registry/shop/versions/1.3.0.yaml:62 The training evidence <digest> has another duration than the manifest.',
  ],
  [
    'evidence that is gone',
    (repo) => repo.remove(evidenceOf(repo, '1.1.0', 'evaluation')),
    'registry/shop/evidence/evaluation-<digest>.json The evaluation evidence of 1.1.0 is gone.',
  ],
  [
    'evidence whose bytes changed',
    (repo) => edit(evidenceOf(repo, '1.1.0'), '0.71', '0.91')(repo),
    'registry/shop/evidence/training-<digest>.json The file is called by the sha256 <digest>, but has <digest>.',
  ],
  [
    'evidence with line endings of Windows',
    (repo) => edit(evidenceOf(repo, '1.1.0'), /\n/g, '\r\n')(repo),
    'registry/shop/evidence/training-<digest>.json The file is called by the sha256 <digest>, but has <digest>.',
  ],
  [
    'evidence that no manifest names',
    (repo) =>
      repo.write(
        `registry/shop/evidence/training-${sha256(repo.read(evidenceOf(repo, '1.0.0')).replace('0.71', '0.72'))}.json`,
        repo.read(evidenceOf(repo, '1.0.0')).replace('0.71', '0.72'),
      ),
    'registry/shop/evidence/training-<digest>.json No manifest names this evidence.',
  ],
  [
    'evidence that is no JSON',
    (repo) => repo.write(`registry/shop/evidence/canary-${sha256('NaN!')}.json`, 'NaN!'),
    'registry/shop/evidence/canary-<digest>.json This is no canary evidence: it is no JSON.',
  ],
  [
    'evidence of a kind that its name does not say',
    (repo) => {
      const text = repo.read(evidenceOf(repo, '1.0.0'));
      repo.write(`registry/shop/evidence/canary-${sha256(text)}.json`, text);
    },
    'registry/shop/evidence/canary-<digest>.json The file holds “training” evidence of the model “shop”, but stands for canary of shop.',
  ],
  [
    'evidence with another name',
    (repo) => repo.write('registry/shop/evidence/notes.json', '{}'),
    'registry/shop/evidence/notes.json No evidence has this name: it is one of training, evaluation, drift, canary, a dash, and the sha256 of the file.',
  ],
  // Channels
  [
    'a champion that is not registered',
    edit(CHANNELS, 'champion: 1.1.0', 'champion: 1.9.0'),
    'registry/shop/channels.yaml:1 The champion 1.9.0 is not registered.',
  ],
  [
    'a canary that is not registered',
    edit(CHANNELS, 'version: 1.2.0', 'version: 1.9.0'),
    'registry/shop/channels.yaml:3 The canary 1.9.0 is not registered.',
  ],
  [
    'a retired version that is not registered',
    edit(CHANNELS, '- 1.0.0', '- 0.9.0'),
    'registry/shop/channels.yaml:6 The retired version 0.9.0 is not registered.',
  ],
  [
    'a champion that is quarantined',
    (repo) =>
      repo.channels({
        champion: '1.1.0',
        retired: ['1.0.0'],
        quarantined: [{ version: '1.1.0', digest: repo.version('1.1.0').artifact.digest, reason: 'slow' }],
      }),
    'registry/shop/channels.yaml:1 The champion 1.1.0 is quarantined.',
  ],
  [
    'a canary that is quarantined',
    (repo) =>
      repo.channels({
        champion: '1.1.0',
        canary: { version: '1.2.0', traffic: 5 },
        retired: ['1.0.0'],
        quarantined: [{ version: '1.2.0', digest: repo.version('1.2.0').artifact.digest, reason: 'slow' }],
      }),
    'registry/shop/channels.yaml:3 The canary 1.2.0 is quarantined.',
  ],
  [
    'a quarantine of another digest',
    (repo) =>
      repo.channels({
        champion: '1.1.0',
        retired: ['1.0.0'],
        quarantined: [{ version: '1.2.0', digest: '0'.repeat(64), reason: 'slow' }],
      }),
    'registry/shop/channels.yaml:6 Quarantined gives 1.2.0 another digest than its manifest.',
  ],
  [
    'a champion that was never canary',
    (repo) => {
      repo.register('1.3.0', { parent: '1.1.0' });
      repo.commit('a');
      repo.channels({ champion: '1.3.0', canary: { version: '1.2.0', traffic: 5 }, retired: ['1.0.0', '1.1.0'] });
    },
    'registry/shop/channels.yaml 1.3.0 → champion is no legal move: 1.3.0 is not the canary, and only the first version becomes champion without having been it.',
  ],
  [
    'a champion that goes without a successor',
    (repo) => repo.channels({ champion: null }),
    'registry/shop/channels.yaml The champion 1.1.0 is gone, and none follows.',
    'registry/shop/channels.yaml 1.0.0 is no longer retired, though it was not rolled back to.',
  ],
  [
    'a quarantine that is lifted without an override',
    (repo) => {
      repo.channels({
        champion: '1.1.0',
        retired: ['1.0.0'],
        quarantined: [{ version: '1.2.0', digest: repo.version('1.2.0').artifact.digest, reason: 'slow' }],
      });
      repo.commit('a');
      repo.channels({ champion: '1.1.0', retired: ['1.0.0'] });
    },
    'registry/shop/channels.yaml The quarantine of 1.2.0 is gone; an override lifts it, and both stay written.',
  ],
  [
    'a key of channels.yaml that nobody knows',
    (repo) => edit(CHANNELS, 'champion:', 'champoin:')(repo),
    'registry/shop/channels.yaml:1 The document has the unknown key “champoin”.',
  ],
  ['channels.yaml is empty', (repo) => repo.write(CHANNELS, '\n'), 'registry/shop/channels.yaml The file is empty.'],
  [
    'channels.yaml holds two documents',
    (repo) => repo.write(CHANNELS, `${repo.read(CHANNELS)}---\nchampion: 1.0.0\n`),
    'registry/shop/channels.yaml The file holds 2 documents.',
  ],
  [
    'channels.yaml is gone',
    (repo) => repo.remove(CHANNELS),
    'registry/shop/channels.yaml The file is gone, and with it what each channel points to.',
  ],
  [
    'channels.yml beside channels.yaml',
    (repo) => repo.write('registry/shop/channels.yml', 'champion: 1.0.0\n'),
    'registry/shop/channels.yml This is not read: the channels stand in channels.yaml.',
  ],
  // The store
  [
    'an artifact that the store does not have',
    (repo) => repo.remove(`.tiltyard/store/${repo.version('1.0.0').artifact.digest}`),
    'registry/shop/versions/1.0.0.yaml:8 The store file:.tiltyard/store does not have the artifact <digest> of 1.0.0.',
  ],
  [
    'an artifact of which the store lacks a file',
    (repo) => repo.remove(`.tiltyard/store/${sha256('features of 1.1.0')}`),
    'registry/shop/versions/1.1.0.yaml:8 1.1.0: The store file:.tiltyard/store has the artifact <digest>, but not its file features.sql (<digest>).',
  ],
  [
    'an artifact with another list of files',
    (repo) => repo.write(`.tiltyard/store/${repo.version('1.0.0').artifact.digest}`, 'x'),
    'registry/shop/versions/1.0.0.yaml:8 1.0.0: The object file:.tiltyard/store/<digest> is damaged: its bytes have another sha256 than its name.',
  ],
  [
    'an artifact of another size',
    next({
      edit: (version) => {
        version.artifact.bytes += 1;
      },
    }),
    'registry/shop/versions/1.3.0.yaml:7 The training evidence <digest> has another size in bytes than the manifest.',
    'registry/shop/versions/1.3.0.yaml:7 The artifact has 27 bytes by its manifest, but 26 in the store.',
  ],
];

describe('S11 fsck', () => {
  it('finds nothing in a sound registry', async () => {
    const { status, said, errors } = await fsck(sound);
    expect([status, errors]).toEqual([0, '']);
    expect(said).toContain(
      'The registry is sound: 3 versions of 1 model in 6 commits; 3 artifacts found in the store by size.',
    );
    expect((await fsck(sound, '--deep')).said).toContain('3 artifacts read again from the store.');
  });

  it.each(corruptions)('finds %s', async (_, plant, ...said) => {
    const repository = gitRegistry(sound);
    plant(repository);
    if (repository.git('status', '--porcelain') !== '') repository.commit('Planted');
    const found = await faultsOf(repository);
    expect(found).toEqual(said);
  });
});

describe('fsck', () => {
  it('tells the commit, and ends with 1', async () => {
    const repository = gitRegistry(sound);
    edit(CHANNELS, 'champion: 1.1.0', 'champion: 1.9.0')(repository);
    const commit = repository.commit('Planted').slice(0, 10);
    const { status, said } = await fsck(repository, '--no-store');
    expect(status).toBe(1);
    expect(said).toContain(`✗ registry/shop/channels.yaml:1 (commit ${commit}): The champion 1.9.0 is not registered.`);
    expect(said).toContain('1 fault in the registry: 3 versions of 1 model in 7 commits; the store was not asked.');
  });

  it('looks at what is not committed too', async () => {
    const repository = gitRegistry(sound);
    edit(CHANNELS, 'champion: 1.1.0', 'champion: 1.9.0')(repository);
    repository.write(`${VERSIONS}/2.0.0.yaml`, 'version: 1\n');
    edit(manifest('1.0.0'), 'seed: 7', 'seed: 8')(repository);
    const faults = await faultsOf(repository);
    expect(faults).toContain('registry/shop/channels.yaml:1 The champion 1.9.0 is not registered.');
    expect(faults.filter((one) => one.includes('2.0.0.yaml'))).toContain(
      'registry/shop/versions/2.0.0.yaml:1 Model is missing.',
    );
    expect(faults.filter((one) => one.includes('1.0.0.yaml'))[0]).toContain('is not what was registered in <commit>.');
    repository.git('checkout', '--quiet', '--', '.');
    repository.git('clean', '--quiet', '--force', '-d');
    expect(await faultsOf(repository)).toEqual([]);
  });

  it('finds what was mended since, until it is told to begin later', async () => {
    const repository = gitRegistry(sound);
    const before = repository.read(CHANNELS);
    edit(CHANNELS, 'champion: 1.1.0', 'champion: 1.9.0')(repository);
    repository.commit('Planted');
    repository.write(CHANNELS, before);
    const mended = repository.commit('Mended');
    expect(await faultsOf(repository)).toEqual(['registry/shop/channels.yaml:1 The champion 1.9.0 is not registered.']);
    expect(await faultsOf(repository, '--since', mended)).toEqual([]);
    expect(await faultsOf(repository, '--since', 'HEAD')).toEqual([]);
    edit(CHANNELS, 'champion: 1.1.0', 'champion: 1.8.0')(repository);
    repository.commit('Again');
    expect(await faultsOf(repository, '--since', mended)).toEqual([
      'registry/shop/channels.yaml:1 The champion 1.8.0 is not registered.',
    ]);
    const wrong = await fsck(repository, '--since', '--upload-pack=x');
    expect([wrong.status, wrong.errors]).toEqual([
      3,
      expect.stringContaining('is no commit on the first-parent history'),
    ]);
  });

  it('says the same with what was kept of an earlier look, also on another branch', async () => {
    const repository = gitRegistry(sound);
    expect(await faultsOf(repository)).toEqual([]);
    edit(CHANNELS, 'champion: 1.1.0', 'champion: 1.9.0')(repository);
    repository.commit('Planted');
    const planted = await faultsOf(repository);
    expect(planted).toHaveLength(1);
    expect(await faultsOf(repository)).toEqual(planted);
    repository.git('switch', '--quiet', '--create', 'other', 'HEAD~1');
    expect(await faultsOf(repository)).toEqual([]);
    repository.register('1.4.0', { parent: '1.1.0', edit: (version) => (version.model = 'cart') });
    repository.commit('Planted elsewhere');
    expect(await faultsOf(repository)).toHaveLength(1);
    writeFileSync(repository.path('.tiltyard/cache/git-log-registry.json'), '{"format":1,');
    expect(await faultsOf(repository)).toHaveLength(1);
  });

  it('reads whatever bytes again with --deep', async () => {
    const repository = gitRegistry(sound);
    repository.write(`.tiltyard/store/${sha256('a model')}`, 'a nodel');
    expect(await faultsOf(repository)).toEqual([]);
    const faults = await faultsOf(repository, '--deep');
    expect(faults).toHaveLength(3);
    expect(faults[0]).toContain('is damaged: its bytes have another sha256 than its name.');
  });

  it('ends with 3 where the store can’t be asked', async () => {
    const repository = gitRegistry(sound);
    repository.remove('.tiltyard/store');
    repository.write('.tiltyard/store', 'a file');
    const { status, said, errors } = await fsck(repository);
    expect(status).toBe(3);
    expect(errors).toMatch(/^✗ not checked: 3 artifacts, since the store in .* can't be read: ENOTDIR.*\n {2}→ \S/);
    expect(said).toContain('No fault in what could be checked: 3 versions of 1 model in 6 commits; 0 artifacts found');
    expect(said).not.toContain('sound');
    const { not_asked, faults } = JSON.parse((await fsck(repository, '--format', 'json')).said);
    expect([not_asked.length, not_asked[0].artifacts, faults]).toEqual([1, 3, []]);
  });

  it('tells the faults it found although another store can’t be asked', async () => {
    const repository = gitRegistry(sound);
    repository.register('1.3.0', {
      parent: '1.2.0',
      edit: ({ artifact }) => {
        artifact.uri = `file:README.md/store/${artifact.digest}`;
      },
    });
    repository.remove(`.tiltyard/store/${sound.version('1.0.0').artifact.digest}`);
    edit(CHANNELS, 'champion: 1.1.0', 'champion: 1.9.0')(repository);
    repository.commit('Planted');
    const { status, said, errors } = await fsck(repository);
    expect(status).toBe(1);
    expect(said).toContain('The champion 1.9.0 is not registered.');
    expect(said).toContain('does not have the artifact');
    expect(said).toContain('2 faults in the registry');
    expect(errors).toContain('not checked: 1 artifact, since the store in');
  });

  it('tells the faults it found although tiltyard.yaml can’t be read', async () => {
    const repository = gitRegistry(sound);
    repository.write('tiltyard.yaml', 'store: [\n');
    edit(CHANNELS, 'champion: 1.1.0', 'champion: 1.9.0')(repository);
    const { status, said, errors } = await fsck(repository);
    expect([status, said]).toEqual([1, expect.stringContaining('The champion 1.9.0 is not registered.')]);
    expect(errors).toContain('not checked: 3 artifacts, since tiltyard.yaml');
  });

  it('says once what to do', async () => {
    const repository = gitRegistry(sound);
    repository.write(manifest('1.3.0'), 'version: &a 1.3.0\nmodel: *a\n');
    const { said } = await fsck(repository, '--no-store');
    expect(said.match(/→ .*/g)).toEqual(Array(2).fill('→ Write the value out where it is used.'));
  });

  it('is not green about nothing', async () => {
    const elsewhere = { ...sound, root: sound.path('registry') };
    const wrong = await fsck(elsewhere);
    expect([wrong.status, wrong.said]).toEqual([3, '']);
    expect(wrong.errors).toContain('has no registered version and no models/, so there is nothing to check');
    expect(wrong.errors).toContain('or give --root.');
    const repository = gitRegistry();
    repository.write('models/shop/model.yaml', 'name: shop\n');
    repository.commit('Begin');
    const fresh = await fsck(repository);
    expect([fresh.status, fresh.said, fresh.errors]).toEqual([
      0,
      'Nothing is registered yet, so there was nothing to check.',
      '',
    ]);
    expect(JSON.parse((await fsck(repository, '--format', 'json')).said)).toMatchObject({ versions: 0, faults: [] });
    repository.write('registry/README.md', 'What serves.\n');
    repository.commit('A registry to be');
    expect((await fsck(repository)).said).toBe(fresh.said);
    repository.remove('registry');
    repository.write('registry', 'A file by that name.\n');
    repository.commit('In the way');
    const inTheWay = await fsck(repository);
    expect([inTheWay.status, inTheWay.said]).toEqual([3, '']);
    expect(inTheWay.errors).toContain('registry is no folder, so that nothing can be registered');
    repository.remove('registry');
    repository.remove('models');
    repository.commit('No models');
    expect((await fsck(repository)).status).toBe(3);
  });

  it('says of a shallow clone that its history is cut off, and checks the rest', async () => {
    const clone = gitRegistry();
    clone.remove('.git');
    clone.remove('.gitignore');
    clone.git('clone', '--quiet', '--depth', '2', `file://${encodeURI(sound.root)}`, '.');
    const { status, said } = await fsck(clone, '--no-store');
    expect([status, said]).toEqual([0, expect.stringContaining('This clone is shallow')]);
    expect(said).toContain('3 versions of 1 model in 2 commits');
  });

  it('works in a detached head and in a folder of a larger repository', async () => {
    const detached = gitRegistry(sound);
    detached.git('switch', '--quiet', '--detach', 'HEAD~1');
    expect(await faultsOf(detached, '--no-store')).toEqual([]);
    const inner = gitRegistry();
    cpSync(sound.path('registry'), inner.path('teams/größe x/registry'), { recursive: true });
    inner.commit('All at once');
    const part = { ...inner, root: inner.path('teams/größe x') };
    // It came from elsewhere: no move leads from nothing to its channels.
    const [first] = await faultsOf(part, '--no-store');
    expect(first).toBe('registry/shop/channels.yaml 1.0.0 is retired, though it was not champion before.');
    expect(await faultsOf(part, '--no-store', '--since', 'HEAD')).toEqual([]);
    inner.write('teams/größe x/registry/shop/versions/x y.yaml', '');
    expect(await faultsOf(part, '--no-store', '--since', 'HEAD')).toEqual([
      'registry/shop/versions/x y.yaml No version has this file: a manifest is called by its number, such as 1.4.0.yaml.',
    ]);
  });

  it('refuses what has no history, with what to do', async () => {
    const repository = gitRegistry(sound);
    repository.remove('.git');
    const none = await fsck({ ...repository, git: () => '' });
    expect([none.status, none.errors]).toEqual([3, expect.stringContaining('is in no git repository')]);
    const empty = await fsck(gitRegistry());
    expect([empty.status, empty.errors]).toEqual([3, expect.stringContaining('has no commit yet')]);
    const absent = await fsck(sound, '--model', 'cart');
    expect([absent.status, absent.errors]).toEqual([3, expect.stringContaining('registry/ has no model "cart"')]);
    const world = testWorld(`${sound.root}/.tiltyard`, { PATH: repository.root });
    const verbs = { fsck: () => import('../../actions/cli/fsck.ts') };
    expect(await runCommandLine(['fsck', '--root', sound.root], verbs, world)).toBe(3);
    expect(world.errors.join()).toContain('git can’t be run');
  });

  it('finds a registry that is a submodule, and one that is a link', async () => {
    const repository = gitRegistry();
    repository.write('README.md', 'x\n');
    repository.commit('Begin');
    const source = `file://${encodeURI(sound.root)}`;
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', source, 'registry/shop');
    repository.commit('A registry from elsewhere');
    expect(await faultsOf(repository)).toEqual(['registry/shop This is a submodule, which is not read.']);
    const linked = gitRegistry();
    symlinkSync('elsewhere', linked.path('registry'));
    linked.commit('A link');
    expect(await faultsOf(linked)).toEqual(['registry This is a link, which is not read.']);
  });

  it('S15 prints nothing that a terminal obeys', async () => {
    const repository = gitRegistry(sound);
    repository.register('1.3.0', { parent: '1.2.0', edit: (version) => (version.model = '\u001b[2J\u202Ex') });
    repository.write(`${VERSIONS}/a\u001b[31m\nb.yaml`, '');
    repository.commit('Planted');
    const { said } = await fsck(repository, '--no-store');
    expect(said.replaceAll('\u001b[31m✗\u001b[39m', '✗')).not.toMatch(/[^\P{Cc}\n]|\p{Cf}/u);
    expect(said).toContain('The manifest is of another model than shop: “�[2J�x”.');
  });

  it('finds a manifest with Windows line endings sound', async () => {
    const repository = gitRegistry(sound);
    const version = repository.register('1.3.0', { parent: '1.2.0' });
    repository.write(manifest('1.3.0'), manifestText(version).replaceAll('\n', '\r\n'));
    repository.commit('Register shop 1.3.0');
    expect(await faultsOf(repository)).toEqual([]);
  });
});
