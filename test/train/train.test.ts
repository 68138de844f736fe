import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Artifact } from '#registry/artifact.ts';
import { Training } from '#registry/evidence/training.ts';
import { measure } from '../fixtures/run.ts';
import { filesIn, makeTrainable, PROGRAM, runsOf, train, trainingOf, trainingWorld } from '../fixtures/trainable.ts';

describe('tiltyard train', () => {
  it('makes an artifact that evaluation takes, with evidence of what it was made from', async () => {
    const repository = makeTrainable({ train: { decision: { threshold: { max: 'f1' } }, params: { depth: 3 } } });
    const { status, errors, printed, runs } = await train(repository, ['--out', repository.path('build')]);
    expect([status, errors]).toEqual([0, '']);
    expect(filesIn(repository.path('build'))).toEqual([
      'artifact/artifact.json',
      'artifact/features.sql',
      'artifact/model.onnx',
      'artifact/training-ids.parquet',
      'model.yaml',
      'training.json',
    ]);
    expect(readFileSync(repository.path('build/model.yaml'), 'utf8')).toBe(
      readFileSync(repository.path('models/shop/model.yaml'), 'utf8'),
    );
    const training = Training.parse(JSON.parse(readFileSync(repository.path('build/training.json'), 'utf8')));
    expect(training).toEqual(trainingOf(repository));
    expect(training.lineage).toMatchObject({
      commit: null,
      modified: false,
      data: { train: { uri: 'data/train.csv', rows: 400, start: '2026-08-01T00:00:00.000Z' } },
      program: { command: 'node train.mjs', files: 4 },
      params: { depth: 3 },
      seed: 3,
      environment: { node: expect.stringMatching(/^24\./), python: null, lock_files: {} },
    });
    // 400 rows a minute apart: the quantile at 0.9 is the 360th, and it is the first that is held out.
    expect(training.validation).toMatchObject({
      rows: 41,
      start: '2026-08-01T05:59:00.000Z',
      end: '2026-08-01T06:39:00.000Z',
    });
    expect(training.validation?.metrics['roc_auc']).toBeGreaterThan(0.7);
    expect(training.reported).toEqual({ seed: 3 });
    expect(training.golden.rows).toHaveLength(16);
    expect(training.golden.features).toEqual(['amount', 'visits']);
    expect([training.run, training.verification, training.seed_spread, training.sweep]).toEqual([
      null,
      null,
      null,
      null,
    ]);
    expect(runs).toMatchObject([
      { state: 'succeeded', purpose: 'train', digest: training.artifact.digest, process: null },
    ]);
    expect(printed).toContain(training.artifact.digest);
    const description = Artifact.parse(
      JSON.parse(readFileSync(repository.path('build/artifact/artifact.json'), 'utf8')),
    );
    expect(description.threshold).toBe(training.artifact.threshold);
    expect(description.training).toMatchObject({ rows: 400, end: '2026-08-01T06:39:00.000Z', seed_noise: null });

    const { evidence } = await measure(repository, { candidate: 'build/artifact' });
    expect(evidence.candidate.digest).toBe(training.artifact.digest);
    expect(evidence.candidate.contract).toEqual(training.contract);
    expect(evidence.data_findings).toEqual([]);
  });

  it('S18 gives the program nothing of the world but what it needs', async () => {
    const report = `
import { readFileSync, writeFileSync, readdirSync, copyFileSync } from 'node:fs';
copyFileSync('model-0.onnx', process.env.TILTYARD_OUT + '/model.onnx');
console.log(JSON.stringify({ env: process.env, here: readdirSync('.').sort(), params: readFileSync(process.env.TILTYARD_PARAMS, 'utf8') }));
console.log(JSON.stringify({ home: readdirSync(process.env.HOME), tmp: readdirSync(process.env.TMPDIR), out: readdirSync(process.env.TILTYARD_OUT) }));
`;
    const secrets = {
      AWS_SECRET_ACCESS_KEY: 'hunter2',
      GITHUB_TOKEN: 'hunter2',
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'hunter2',
    };
    const repository = makeTrainable({
      program: report,
      train: { params: { a: [1, 'é'] }, env: ['OMP_NUM_THREADS', 'NOT_SET'] },
    });
    const { status, errors } = await train(repository, [], { ...secrets, OMP_NUM_THREADS: '1', OTHER: 'x' });
    expect([status, errors]).toEqual([0, '']);
    const [run] = runsOf(repository);
    const log = readFileSync(repository.path(`.tiltyard/runs/shop/${run.run}/log.txt`), 'utf8');
    expect(log).not.toContain('hunter2');
    const [said, empty] = log
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const names = [
      'HOME',
      'LANG',
      'OMP_NUM_THREADS',
      'PATH',
      'PYTHONHASHSEED',
      'TILTYARD_DATA_TRAIN',
      'TILTYARD_OUT',
      'TILTYARD_PARAMS',
      'TILTYARD_RUN',
      'TILTYARD_SEED',
      'TMPDIR',
    ];
    expect(Object.keys(said.env).sort()).toEqual(names);
    expect(said.env.TILTYARD_SEED).toBe('3');
    expect(said.here).toEqual(['model-0.onnx', 'model-1.onnx', 'model-2.onnx', 'train.mjs']);
    expect(JSON.parse(said.params)).toEqual({ a: [1, 'é'] });
    expect(empty).toEqual({ home: [], tmp: [], out: ['model.onnx'] });
    expect(Object.keys(trainingOf(repository).lineage.environment.variables ?? {})).toEqual(['OMP_NUM_THREADS']);
  });

  it.each(['multiclass_classification', 'regression'] as const)('trains a model of %s', async (task) => {
    const repository = makeTrainable({ task });
    const { status, errors } = await train(repository);
    expect([status, errors]).toEqual([0, '']);
    const { validation, golden, contract } = trainingOf(repository);
    const width = task === 'regression' ? 1 : 3;
    expect(golden.outputs.every((row) => row.length === width)).toBe(true);
    expect(Object.keys(validation?.metrics ?? {})).toContain(task === 'regression' ? 'rmse' : 'accuracy');
    expect(contract.classes).toEqual(task === 'regression' ? null : ['blue', 'green', 'red']);
  });

  it('does without held-out rows where none are wanted', async () => {
    const repository = makeTrainable({ train: { validation: { share: 0 } } });
    expect((await train(repository)).status).toBe(0);
    const { validation, golden } = trainingOf(repository);
    expect([validation, golden.outputs.length]).toEqual([null, 16]);
  });

  it('writes nothing but runs, and leaves no work behind', async () => {
    const repository = makeTrainable();
    const before = filesIn(repository.root);
    await train(repository);
    const wrote = filesIn(repository.root).filter((file) => !before.includes(file));
    expect(wrote.filter((file) => !file.startsWith('.tiltyard/runs/shop/'))).toEqual([]);
    expect(filesIn(repository.path('.tiltyard/work'))).toEqual([]);
  });

  it('finds packages that are installed above the model, and beside it', async () => {
    const program = `import { name } from 'above'; import { other } from 'beside'; console.log(name + other);${PROGRAM}`;
    const module = (text: string) => `export const ${text};`;
    const repository = makeTrainable({
      program,
      files: {
        'node_modules/above/package.json': '{ "name": "above", "type": "module", "exports": "./index.js" }',
        'node_modules/above/index.js': module("name = 'up'"),
        'models/shop/node_modules/beside/package.json':
          '{ "name": "beside", "type": "module", "exports": "./index.js" }',
        'models/shop/node_modules/beside/index.js': module("other = 'stairs'"),
      },
    });
    const { status, errors, world } = await train(repository);
    expect([status, errors]).toEqual([0, '']);
    expect(world.printed).toContain('  upstairs');
    expect(trainingOf(repository).lineage.program.files).toBe(4);
  });
});

describe('in a git repository', () => {
  it('the commit is named, and whether the model’s files differ from it; what Tiltyard writes need not be ignored', async () => {
    const repository = makeTrainable();
    const git = (...argv: string[]) => execFileSync('git', ['-C', repository.root, ...argv], { encoding: 'utf8' });
    git('init', '-q');
    git('config', 'user.name', 'Ada');
    git('config', 'user.email', 'ada@example.com');
    git('add', '.');
    git('commit', '-qm', 'one');
    const commit = git('rev-parse', 'HEAD').trim();
    expect((await train(repository)).errors).toBe('');
    expect(trainingOf(repository)).toMatchObject({ lineage: { commit, modified: false }, timing: { by: 'Ada' } });

    repository.write('models/shop/notes.txt', 'another input');
    expect((await train(repository)).errors).toBe('');
    const evidence = runsOf(repository).map(({ run }) =>
      Training.parse(JSON.parse(readFileSync(repository.path(`.tiltyard/runs/shop/${run}/training.json`), 'utf8'))),
    );
    const changed = evidence.find(({ lineage }) => lineage.program.files === 5);
    expect(changed?.lineage).toMatchObject({ commit, modified: true });
  });
});

describe('the same inputs', () => {
  it('are not trained twice, but for --force', async () => {
    const repository = makeTrainable();
    await train(repository);
    const second = await train(repository, ['--out', repository.path('build')]);
    expect(second.printed).toContain('was not trained: the run ');
    expect(second.runs).toHaveLength(1);
    expect(filesIn(repository.path('build'))).toContain('artifact/model.onnx');
    expect((await train(repository, ['--force'])).runs).toHaveLength(2);
  });

  it('are trained again where the earlier artifact is no longer what it was', async () => {
    const repository = makeTrainable();
    const [run] = (await train(repository)).runs;
    writeFileSync(repository.path(`.tiltyard/runs/shop/${run.run}/artifact/model.onnx`), 'broken');
    const second = await train(repository);
    expect(second.printed).toContain('was trained in');
    expect(second.runs).toHaveLength(2);
  });

  it('in a workflow are not taken from a run of the machine', async () => {
    const repository = makeTrainable();
    await train(repository);
    const second = await train(repository, [], { GITHUB_ACTIONS: 'true' });
    expect(second.runs).toHaveLength(2);
  });

  it('twice at once both end well', async () => {
    const repository = makeTrainable();
    const both = await Promise.all([1, 2].map(async () => train(repository)));
    expect(both.map(({ status, errors }) => [status, errors])).toEqual([
      [0, ''],
      [0, ''],
    ]);
    const runs = runsOf(repository);
    expect(runs.map(({ state }) => state)).toEqual(['succeeded', 'succeeded']);
    expect(new Set(runs.map(({ digest }) => digest)).size).toBe(1);
    expect(filesIn(repository.path('.tiltyard/work'))).toEqual([]);
  });
});

describe('several trainings', () => {
  it('with --verify are compared', async () => {
    const repository = makeTrainable();
    const { status, printed, runs } = await train(repository, ['--verify']);
    expect([status, runs.map(({ purpose }) => purpose).sort()]).toEqual([0, ['train', 'verification']]);
    expect(trainingOf(repository).verification).toMatchObject({ same_digest: true, reproduced: true });
    expect(printed).toContain('Trained twice, it gave the same artifact.');
  });

  it('that differ fail, unless their metrics are as close as model.yaml allows', async () => {
    // Which model it takes hangs on a counter outside of the inputs.
    const program = PROGRAM.replace(
      'Number(seed) % 3',
      "(() => { const file = process.env.HOME.replace(/work.*/, 'counter'); let n = 0; try { n = Number(readFileSync(file)); } catch {} writeFileSync(file, String(n + 1)); return n % 2; })()",
    );
    const strict = makeTrainable({ program });
    const refused = await train(strict, ['--verify']);
    expect([refused.status, refused.errors]).toEqual([
      3,
      expect.stringContaining('training again gave another artifact'),
    ]);
    expect(refused.runs.map(({ purpose, state }) => `${purpose} ${state}`).sort()).toEqual([
      'train failed',
      'verification succeeded',
    ]);
    const failed = refused.runs.find(({ state }) => state === 'failed');
    expect(filesIn(strict.path(`.tiltyard/runs/shop/${failed?.run}`))).toEqual(['log.txt', 'run.json']);

    const lenient = makeTrainable({ program, train: { tolerance: 10 } });
    expect((await train(lenient, ['--verify'])).status).toBe(0);
    expect(trainingOf(lenient).verification).toMatchObject({ same_digest: false, reproduced: true, tolerance: 10 });
  });

  it('with --seeds tell how far the primary metric moves', async () => {
    const repository = makeTrainable();
    const { status, runs, printed } = await train(repository, ['--seeds', '3']);
    expect([status, runs.map(({ purpose, seed }) => `${purpose} ${seed}`).sort()]).toEqual([
      0,
      ['seed 4', 'seed 5', 'train 3'],
    ]);
    const main = runs.find(({ purpose }) => purpose === 'train');
    expect(runs.filter(({ purpose }) => purpose === 'seed').every(({ of }) => of === main?.run)).toBe(true);
    const { seed_spread: spread, artifact } = trainingOf(repository);
    const values = spread?.values.map(({ value }) => value) ?? [];
    const mean = values.reduce((a, b) => a + b) / 3;
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 2);
    expect(spread).toMatchObject({ metric: 'roc_auc', standard_deviation: deviation });
    expect(deviation).toBeGreaterThan(0.001);
    expect(printed).toContain('Over 3 seeds, roc_auc has a standard deviation of');
    const file = repository.path(`.tiltyard/runs/shop/${main?.run}/artifact/artifact.json`);
    expect(Artifact.parse(JSON.parse(readFileSync(file, 'utf8'))).training.seed_noise).toEqual({
      metric: 'roc_auc',
      standard_deviation: deviation,
      seeds: 3,
    });
    // The spread is part of the artifact, so it is part of the inputs too.
    expect((await train(repository)).printed).toContain('was trained in');
    expect((await train(repository, ['--seeds', '3'])).printed).toContain(`was not trained: the run ${main?.run}`);
    expect(artifact.digest).toBe(main?.digest);
  });
});

describe('an interrupted training', () => {
  it.each(['digesting', 'reading', 'running', 'trained with', 'predicting'])(
    'while it is %s is kept as such, and the next one goes on',
    async (step) => {
      const repository = makeTrainable();
      const world = trainingWorld(repository);
      const watch = (text: string) => {
        if (text.trim().startsWith(step)) world.interrupt.abort();
      };
      world.progress = watch;
      world.print = watch;
      const { status, errors, runs } = await train(repository, [], {}, world);
      expect([status, errors]).toEqual([130, expect.stringContaining('Interrupted')]);
      expect(runs.map(({ state }) => state)).toEqual(step === 'digesting' || step === 'reading' ? [] : ['interrupted']);
      expect(filesIn(repository.path('.tiltyard/work'))).toEqual([]);
      expect(filesIn(repository.path('.tiltyard/runs')).filter((file) => /artifact|training/.test(file))).toEqual([]);
      expect((await train(repository)).status).toBe(0);
    },
  );
});
