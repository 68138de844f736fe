import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { fetchVersion } from '#lib/registry/registered.ts';
import { listVersions, readVersion } from '#lib/registry/working-tree.ts';
import { command, commitAll, filesUnder, makeRun, writeEvaluation } from '../fixtures/registry.ts';
import { makeRepository, type Repository } from '../fixtures/repository.ts';
import { testWorld } from '../fixtures/world.ts';

const MAIN = fileURLToPath(new URL('../../actions/main.ts', import.meta.url));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const registry = (repository: Repository) => filesUnder(repository.path('registry'));
const small = () => makeRepository({ count: 1, champion: null, edit: (document) => (document.owner = '@acme/shop') });

describe('tiltyard register', () => {
  it('says that it replaced what the store had damaged', async () => {
    const repository = small();
    const run = '2026-11-21T08-00-00-1a2b3c4d';
    const { artifact } = await makeRun(repository, `.tiltyard/runs/shop/${run}`, 1.4);
    const place = repository.write(`.tiltyard/store/${artifact.digest}`, 'something else');
    const { printed, status } = await command(repository, ['register', '--run', run]);
    expect(status).toBe(0);
    expect(printed).toContain(`The store had other bytes under ${artifact.digest}; they were replaced.`);
    expect(sha256(readFileSync(place, 'utf8'))).toBe(artifact.digest);
  });

  it('uploads the artifact and writes manifest and evidence; again, it is the same version and nothing is written', async () => {
    const repository = small();
    const training = await makeRun(repository, '.tiltyard/runs/shop/2026-11-21T08-00-00-1a2b3c4d', 1.4);
    const text = readFileSync(
      repository.path('.tiltyard/runs/shop/2026-11-21T08-00-00-1a2b3c4d/training.json'),
      'utf8',
    );
    const card = ['--intended-use', 'Offers in the shop', '--limits', 'Not for credit: ask “legal”\nfirst.'];
    const made = await command(repository, ['register', '--run', '2026-11-21T08-00-00-1a2b3c4d', ...card]);
    expect([made.status, made.errors]).toEqual([0, '']);
    expect(made.printed).toContain('shop 1.0.0 is registered: the first version.');
    expect(made.printed).toContain('uploaded and read back');
    expect(made.printed).toContain('not by a workflow: its evidence is a claim');
    expect(made.printed).toMatch(/Then tiltyard promote 1\.0\.0 --model shop --root \S+ moves it\.$/);

    const files = registry(repository);
    expect(Object.keys(files)).toEqual([`shop/evidence/training-${sha256(text)}.json`, 'shop/versions/1.0.0.yaml']);
    expect(files[`shop/evidence/training-${sha256(text)}.json`]).toBe(text);
    const { value } = await readVersion(repository.root, 'shop', '1.0.0');
    const { artifact, contract, lineage, task } = training;
    expect(value).toEqual({
      version: '1.0.0',
      model: 'shop',
      task,
      parent: null,
      artifact: {
        digest: artifact.digest,
        bytes: artifact.bytes,
        uri: `file:.tiltyard/store/${artifact.digest}`,
        features_digest: artifact.features_digest,
        threshold: 0.5,
      },
      contract,
      lineage,
      seconds: training.timing.seconds,
      evidence: { training: sha256(text), evaluation: null },
      run: null,
      card: { owner: '@acme/shop', intended_use: 'Offers in the shop', limits: 'Not for credit: ask “legal”\nfirst.' },
    });
    const fetched = await fetchVersion(repository.root, 'shop', '1.0.0', testWorld(repository.root));
    expect(fetched?.digest).toBe(artifact.digest);

    await makeRun(repository, 'elsewhere', 1.4, (again) => (again.timing.seconds = 99));
    const again = await command(repository, ['register', '--run', repository.path('elsewhere'), '--bump', 'major']);
    expect([again.status, again.errors]).toEqual([0, '']);
    expect(again.printed).toContain(`shop 1.0.0 is this artifact already (${artifact.digest}); nothing was written.`);
    expect(again.printed).toContain('was there already, and was checked');
    expect(registry(repository)).toEqual(files);
    commitAll(repository, 'shop 1.0.0');
    expect(await command(repository, ['fsck', '--deep'])).toMatchObject({ status: 0, errors: '' });
  });

  it('numbers the next version by what changed since the champion, and keeps the card', async () => {
    const repository = small();
    await makeRun(repository, 'one', 1.1);
    await makeRun(repository, 'two', 1.2, ({ lineage }) => (lineage.features.sql = 'f'.repeat(64)));
    await makeRun(repository, 'three', 1.3);
    const { artifact } = await makeRun(repository, 'four', 1.4, (training) => {
      training.contract.columns.push({ name: 'age', type: 'INTEGER' });
      training.run = {
        repository: 'acme/shop',
        workflow: 'acme/shop/.github/workflows/train.yml@refs/heads/main',
        run_id: 7,
        run_attempt: 1,
        event: 'push',
        ref: 'refs/heads/main',
        sha: 'c'.repeat(40),
        actor: 'ada',
      };
    });
    const register = async (run: string, ...more: string[]) =>
      command(repository, ['register', '--run', repository.path(run), ...more]);
    await register('one', '--limits', 'none');
    await command(repository, ['promote', '1.0.0']);
    expect((await register('two')).printed).toContain(
      'shop 1.1.0 is registered: a minor step from 1.0.0: it differs in features.sql.',
    );
    // The champion is the parent, not the newest.
    const third = await register('three', '--bump', 'minor');
    expect(third.printed).toContain('shop 1.2.0 is registered: a minor step from 1.0.0, as was asked;');
    expect(third.printed).toContain('--traffic 5');
    const evaluation = writeEvaluation(repository, artifact.digest);
    const fourth = await register('four', '--evaluation', evaluation);
    expect(fourth.printed).toContain('shop 2.0.0 is registered: a major step from 1.0.0: callers may break.');
    expect(fourth.printed).not.toContain('a claim');
    expect(third.printed).toContain(
      '1.2.0 was not evaluated, and 1.0.0 is the champion now: promoting it takes a reason.',
    );
    expect(fourth.printed).toContain(
      '2.0.0 was evaluated against 1.4.0, and 1.0.0 is the champion now: promoting it takes a reason.',
    );
    const { value } = await readVersion(repository.root, 'shop', '2.0.0');
    expect(value).toMatchObject({ parent: '1.0.0', card: { limits: 'none' }, run: { run_id: 7 } });
    expect(value.evidence.evaluation).toBe(sha256(readFileSync(evaluation, 'utf8')));
    commitAll(repository, 'four versions');
    expect(await command(repository, ['fsck', '--deep'])).toMatchObject({ status: 0, errors: '' });
  });

  it('S11 never gives a number again that git or channels.yaml knows, though its manifest is gone', async () => {
    const repository = small();
    for (const k of [1, 2, 3]) await makeRun(repository, `run-${k}`, k);
    const register = async (k: number) => command(repository, ['register', '--run', repository.path(`run-${k}`)]);
    await register(1);
    await register(2);
    commitAll(repository, 'two versions');
    rmSync(repository.path('registry/shop/versions/1.0.1.yaml'));
    expect((await register(3)).printed).toContain('shop 1.0.2 is registered');
  });

  it('takes runs and repositories whose paths have spaces and letters of any alphabet', async () => {
    const repository = small();
    await makeRun(repository, 'größe und maß/特徴 1', 1.4);
    const made = await command(repository, ['register', '--run', repository.path('größe und maß/特徴 1')]);
    expect([made.status, made.errors]).toEqual([0, '']);
  });
});

describe('what tiltyard register refuses, before anything is uploaded', () => {
  const cases: [string, (repository: Repository, digest: string) => string[] | Promise<string[]>, string][] = [
    ['a run that is not there', () => ['--run', '../../no/such'], 'there is no run "../../no/such" of shop'],
    [
      'a run without evidence',
      (repository) => {
        rmSync(repository.path('run/training.json'));
        return [];
      },
      'there is no evidence',
    ],
    [
      'evidence that is cut',
      (repository) => {
        repository.write('run/training.json', '{"schema": "tilt');
        return [];
      },
      'run/training.json is no JSON',
    ],
    [
      'evidence with an unknown key',
      (repository) => {
        const text = readFileSync(repository.path('run/training.json'), 'utf8');
        repository.write('run/training.json', text.replace('"kind"', '"trust": true, "kind"'));
        return [];
      },
      'is not the evidence that is asked for: Unrecognized key: "trust"',
    ],
    [
      'an artifact that changed since',
      (repository) => {
        repository.write('run/artifact/features.sql', 'SELECT row_id, amount FROM source');
        return [];
      },
      'is not about the artifact beside it: the digest is',
    ],
    [
      'evidence that tells of other sizes',
      async (repository) => {
        await makeRun(repository, 'run', 1.4, ({ artifact }) => artifact.bytes++);
        return [];
      },
      'the size in bytes is',
    ],
    [
      'evidence of another model',
      async (repository) => {
        await makeRun(repository, 'run', 1.4, (training) => (training.model = 'till'));
        return [];
      },
      'the model is shop, but it tells of till',
    ],
    [
      'an evaluation of another artifact',
      (repository) => ['--evaluation', writeEvaluation(repository, 'e'.repeat(64))],
      `the evaluation is of the artifact ${'e'.repeat(64)}; this one is`,
    ],
    [
      'an evaluation of another model',
      (repository, digest) => [
        '--evaluation',
        writeEvaluation(repository, digest, (evaluation) => (evaluation.model = 'till')),
      ],
      'the evaluation evidence is of the model "till", not of shop',
    ],
    [
      'training as evaluation',
      (repository) => ['--evaluation', repository.path('run/training.json')],
      'is not the evidence that is asked for',
    ],
    [
      'a parameter that no manifest can hold',
      async (repository) => {
        await makeRun(repository, 'run', 1.4, ({ lineage }) => (lineage.params = { constructor: 1 }));
        return [];
      },
      'the key constructor is not allowed',
    ],
    ['a step that nobody knows', () => ['--bump', 'huge'], '--bump'],
    [
      'a champion that is not registered',
      (repository) => {
        repository.write('registry/shop/channels.yaml', 'champion: 3.0.0\n');
        return [];
      },
      'does not have version 3.0.0',
    ],
    [
      'a channels.yaml with a key given twice',
      (repository) => {
        repository.write('registry/shop/channels.yaml', 'champion: null\nchampion: null\n');
        return [];
      },
      'channels.yaml:2:1: this key is there twice.',
    ],
    [
      'a quarantined artifact',
      (repository, digest) => {
        repository.write(
          'registry/shop/channels.yaml',
          `quarantined: [{ version: 1.0.0, digest: ${digest}, reason: "it # leaks" }]\n`,
        );
        return [];
      },
      'this artifact is quarantined as 1.0.0: “it # leaks”',
    ],
  ];

  it.each(cases)('%s', async (_, spoil, message) => {
    const repository = small();
    const { artifact } = await makeRun(repository, 'run', 1.4);
    const more = await spoil(repository, artifact.digest);
    const before = registry(repository);
    const run = more.includes('--run') ? [] : ['--run', repository.path('run')];
    const { status, errors, printed } = await command(repository, ['register', ...run, ...more]);
    expect(errors).toContain(message);
    expect([status, printed]).toEqual([3, '']);
    expect(registry(repository)).toEqual(before);
    expect(existsSync(repository.path('.tiltyard/store'))).toBe(false);
  });

  it('a quarantined artifact, unless an override stands', async () => {
    const repository = small();
    await makeRun(repository, 'run', 1.4);
    const run = ['--run', repository.path('run')];
    await command(repository, ['register', ...run]);
    await command(repository, ['quarantine', '1.0.0', '--reason', 'slow']);
    expect((await command(repository, ['register', ...run])).errors).toContain('quarantined as 1.0.0');
    await command(repository, ['override', '1.0.0', '--reason', 'mended', '--expires', '2026-12-31']);
    expect((await command(repository, ['register', ...run])).printed).toContain('is this artifact already');
  });
});

describe('S11 registering that is interrupted or done at once', () => {
  it('leaves nothing of a version where the upload ends, and goes on with the next run', async () => {
    const repository = small();
    await makeRun(repository, 'run', 1.4);
    const world = testWorld(repository.root);
    world.progress = () => world.interrupt.abort();
    const run = ['--run', repository.path('run')];
    expect((await command(repository, ['register', ...run], world)).status).toBe(130);
    expect(registry(repository)).toEqual({});
    expect((await command(repository, ['register', ...run])).status).toBe(0);
    expect(await listVersions(repository.root, 'shop')).toEqual(['1.0.0']);
  });

  it('leaves nothing where the registry can’t be written', async () => {
    const repository = small();
    await makeRun(repository, 'run', 1.4);
    repository.write('registry/shop/versions', 'a file');
    const { status, errors } = await command(repository, ['register', '--run', repository.path('run')]);
    expect([status, errors]).toEqual([3, expect.stringContaining("can't be written")]);
    expect(registry(repository)).toEqual({ 'shop/versions': 'a file' });
  });

  it('gives each artifact a number of its own, and one artifact one number', async () => {
    const repository = small();
    const weights = [1.1, 1.2, 1.3, 1.4, 1.5, 1.6];
    for (const weight of weights) await makeRun(repository, `run-${weight}`, weight);
    const all = [...weights, ...weights, ...weights];
    const made = await Promise.all(
      all.map(async (weight) => command(repository, ['register', '--run', repository.path(`run-${weight}`)])),
    );
    expect(made.map(({ status, errors }) => [status, errors])).toEqual(all.map(() => [0, '']));
    const versions = await listVersions(repository.root, 'shop');
    const digests = new Set<string>();
    for (const version of versions)
      digests.add((await readVersion(repository.root, 'shop', version)).value.artifact.digest);
    expect([versions.length, digests.size]).toEqual([weights.length, weights.length]);
    expect(Object.keys(registry(repository)).filter((file) => file.endsWith('.part'))).toEqual([]);
    commitAll(repository, 'six versions');
    expect(await command(repository, ['fsck', '--deep'])).toMatchObject({ status: 0, errors: '' });
  });

  it('is whole or not at all after a kill at any moment', async () => {
    const repository = small();
    mkdirSync(repository.path('registry'), { recursive: true });
    writeFileSync(repository.path('registry/README.md'), 'Ours.\n');
    commitAll(repository, 'no version yet');
    const startUp = async () => {
      const started = process.hrtime.bigint();
      await once(spawn(process.execPath, [MAIN, 'register', '--help'], { stdio: 'ignore' }), 'exit');
      return Number(process.hrtime.bigint() - started) / 1e6;
    };
    const whole = await startUp();
    for (let kill = 0; kill < 8; kill++) {
      await makeRun(repository, `run-${kill}`, 1 + kill / 10);
      const child = spawn(
        process.execPath,
        [MAIN, 'register', '--model', 'shop', '--root', repository.root, '--run', repository.path(`run-${kill}`)],
        { stdio: 'ignore' },
      );
      const gone = once(child, 'exit');
      await Promise.race([gone, sleep(whole * (0.8 + kill / 8))]);
      child.kill('SIGKILL');
      await gone;
      // Every manifest that is there stands for an artifact and evidence that are there.
      for (const version of await listVersions(repository.root, 'shop')) {
        const { value } = await readVersion(repository.root, 'shop', version);
        expect(registry(repository)).toHaveProperty([`shop/evidence/training-${value.evidence.training}.json`]);
        expect((await fetchVersion(repository.root, 'shop', version, testWorld(repository.root)))?.digest).toBe(
          value.artifact.digest,
        );
      }
      const next = await command(repository, ['register', '--run', repository.path(`run-${kill}`)]);
      expect([next.status, next.errors]).toEqual([0, '']);
    }
    expect(await listVersions(repository.root, 'shop')).toHaveLength(8);
  });
});
