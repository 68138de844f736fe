import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { loadModel } from '#lib/load-model.ts';
import { inputDigest } from '../../actions/train/input-digest.ts';
import { type Resolved, resolveInputs } from '../../actions/train/resolve.ts';
import { modelDocument, type Repository } from '../fixtures/repository.ts';
import { makeTrainable, PROGRAM, runsOf, type TrainableOptions, train, trainingWorld } from '../fixtures/trainable.ts';

const STATE = { rates: 'SELECT city, count(*) AS n FROM source GROUP BY ALL' };
const OPTIONS: TrainableOptions = {
  state: STATE,
  train: { params: { depth: 3, names: ['a', 'b'] }, decision: { threshold: 0.5 } },
  files: {
    'models/shop/lib/deep/größe 1.mjs': 'export const one = 1;\n',
    'package-lock.json': '{}',
    'models/shop/requirements.txt': 'a==1',
  },
};

async function resolved(root: string, env: Record<string, string> = {}, asked = {}): Promise<Resolved> {
  const { model } = await loadModel(root, 'shop');
  const work = mkdtempSync(join(root, '.work-'));
  try {
    return await resolveInputs(root, model, work, trainingWorld({ root } as Repository, env), asked);
  } finally {
    rmSync(work, { recursive: true });
  }
}

const digest = async (root: string, env: Record<string, string> = {}) => (await resolved(root, env)).digest;

/** The digest of the repository as it is made, and after `change`. */
async function both(change: (repository: Repository) => void, options = OPTIONS): Promise<[string, string]> {
  const repository = makeTrainable(options);
  const before = await digest(repository.root);
  change(repository);
  return [before, await digest(repository.root)];
}

const read = (repository: Repository, name: string) => readFileSync(repository.path(name), 'utf8');
const append = (name: string, text: string) => (repository: Repository) =>
  void repository.write(name, read(repository, name) + text);
const replace = (name: string, from: string | RegExp, to: string) => (repository: Repository) => {
  const text = read(repository, name);
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${name} has no ${String(from)}`);
  repository.write(name, changed);
};
const model = (from: string | RegExp, to: string) => replace('models/shop/model.yaml', from, to);

describe('the input digest changes with', () => {
  const changes: [string, (repository: Repository) => void][] = [
    ['one byte of the data', replace('data/train.csv', 'Oslo', 'oslo')],
    ['a line ending in the data', append('data/train.csv', '\n')],
    ['one byte of features.sql', append('models/shop/features.sql', ' ')],
    ['the line endings of features.sql', replace('models/shop/features.sql', ' FROM', '\r\nFROM')],
    ['one byte of a state table', replace('models/shop/state/rates.sql', 'AS n', 'AS m')],
    ['another state table', (repository) => void repository.write('models/shop/state/more.sql', STATE.rates)],
    [
      'the name of a state table',
      (repository) => {
        repository.write('models/shop/state/other.sql', STATE.rates);
        rmSync(repository.path('models/shop/state/rates.sql'));
      },
    ],
    ['one byte of the program', append('models/shop/train.mjs', ' ')],
    [
      'the line endings of the program',
      (repository) => void repository.write('models/shop/train.mjs', PROGRAM.replaceAll('\n', '\r\n')),
    ],
    [
      'a byte that is no text',
      (repository) =>
        void repository.write(
          'models/shop/model-0.onnx',
          Buffer.concat([readFileSync(repository.path('models/shop/model-0.onnx')), Buffer.from([0])]),
        ),
    ],
    ['one byte of a module, in a path of any letters', append('models/shop/lib/deep/größe 1.mjs', '\n')],
    ['a new file of the program', (repository) => void repository.write('models/shop/notes.txt', '')],
    [
      'the name of a file',
      (repository) => {
        repository.write('models/shop/lib/deep/groesse 1.mjs', read(repository, 'models/shop/lib/deep/größe 1.mjs'));
        rmSync(repository.path('models/shop/lib/deep/größe 1.mjs'));
      },
    ],
    ['the command', model('node train.mjs', 'node ./train.mjs')],
    ['a param', model('depth: 3', 'depth: 4')],
    ['the order of a list of params', model(/- a\n(\s+)- b/, '- b\n$1- a')],
    ['the seed', model('seed: 3', 'seed: 4')],
    ['the decision', model('threshold: 0.5', 'threshold: 0.4')],
    ['the rows that are held out', model('train:\n  run', 'train:\n  validation: { share: 0.2 }\n  run')],
    ['how an output is read', model('train:\n  run', 'train:\n  onnx: { activation: sigmoid }\n  run')],
    ['the weight column', model('label: bought', 'label: bought\n  weight: importance')],
    ['what is known later', model(/known_later:\n {4}- refunded/, 'known_later: []')],
    ['the type of a column', model(/age:\n {6}type: integer/, 'age:\n      type: double')],
    ['a lock file of the repository', append('package-lock.json', ' ')],
    ['a lock file of the model', append('models/shop/requirements.txt', '\n')],
    ['a new lock file', (repository) => void repository.write('uv.lock', '')],
  ];
  it.each(changes)('%s', async (_, change) => {
    const [before, after] = await both(change);
    expect(after).toMatch(/^[0-9a-f]{64}$/);
    expect(after).not.toBe(before);
  });

  it('the value of a variable that is let through, and of no other', async () => {
    const { root } = makeTrainable({ ...OPTIONS, train: { env: ['OMP_NUM_THREADS'] } });
    const plain = await digest(root);
    expect(await digest(root, { OTHER: '1' })).toBe(plain);
    expect(await digest(root, { OMP_NUM_THREADS: '1' })).not.toBe(plain);
    expect(await digest(root, { OMP_NUM_THREADS: '1' })).not.toBe(await digest(root, { OMP_NUM_THREADS: '2' }));
  });

  it('the digest of the container’s image, which must be one', async () => {
    const { root } = makeTrainable(OPTIONS);
    const image = `sha256:${'0a'.repeat(32)}`;
    const { inputs, digest: inside } = await resolved(root, { TILTYARD_CONTAINER: image });
    expect(inputs.environment.container).toBe(image);
    expect(inside).not.toBe(await digest(root));
    await expect(digest(root, { TILTYARD_CONTAINER: 'node:24' })).rejects.toThrow('is no digest of an image');
  });

  it('every part of the environment, the seed, the params and the number of seeds', async () => {
    const { root } = makeTrainable(OPTIONS);
    const { inputs, digest: plain } = await resolved(root);
    const { environment } = inputs;
    const others = [
      ...(['tiltyard', 'node', 'python', 'container', 'platform', 'architecture'] as const).map((key) => ({
        ...inputs,
        environment: { ...environment, [key]: 'other' },
      })),
      { ...inputs, seed: 99 },
      { ...inputs, seeds: 5 },
      { ...inputs, params: { depth: '3' } },
    ];
    const digests = others.map(inputDigest);
    expect(new Set([plain, ...digests]).size).toBe(others.length + 1);
    expect((await resolved(root, {}, { seed: 99 })).digest).toBe(inputDigest({ ...inputs, seed: 99 }));
  });

  it('any param, of any shape', async () => {
    const { inputs } = await resolved(makeTrainable(OPTIONS).root);
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
        const of = (value: unknown) => inputDigest({ ...inputs, params: { value: JSON.parse(JSON.stringify(value)) } });
        expect(of(a) === of(b)).toBe(stable(a) === stable(b));
      }),
    );
  });
});

/** JSON with sorted keys, by another way than the code's. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

describe('the input digest does not change with', () => {
  const changes: [string, (repository: Repository) => void][] = [
    ['when files were written', (repository) => utimesSync(repository.path('models/shop/train.mjs'), 1, 1)],
    [
      'where the data lie',
      (repository) => {
        cpSync(repository.path('data/train.csv'), repository.path('dåta/the rows.csv'));
        model('data/train.csv', 'dåta/the rows.csv')(repository);
      },
    ],
    ['comments of model.yaml', append('models/shop/model.yaml', '# a comment\n')],
    [
      'the line endings of model.yaml',
      (repository) =>
        void repository.write(
          'models/shop/model.yaml',
          read(repository, 'models/shop/model.yaml').replaceAll('\n', '\r\n'),
        ),
    ],
    [
      'the order of keys in model.yaml',
      (repository) => {
        const { task, ...rest } = modelDocument('binary_classification');
        const recipe = { run: 'node train.mjs', seed: 3, ...OPTIONS.train };
        repository.write(
          'models/shop/model.yaml',
          stringify({ train: recipe, ...rest, data: { train: { uri: 'data/train.csv' }, ...rest.data }, task }),
        );
      },
    ],
    ['the policy', model('max_loss: 0.02', 'max_loss: 0.03')],
    [
      'the benchmark',
      (repository) => {
        append('data/benchmark.csv', '\n')(repository);
        model('data/benchmark.csv', 'data/other.csv')(repository);
      },
    ],
    ['the owner', append('models/shop/model.yaml', 'owner: "@acme/ml"\n')],
    ['limits and tolerance', model('train:\n  run', 'train:\n  limits: { minutes: 5 }\n  tolerance: 1\n  run')],
    ['another model', (repository) => void repository.write('models/other/train.mjs', 'x')],
    ['what is written elsewhere', (repository) => void repository.write('README.md', 'x')],
    [
      'what git ignores',
      (repository) => {
        execFileSync('git', ['init', '-q', repository.root]);
        repository.write('.gitignore', 'junk\n');
        repository.write('models/shop/junk/x.txt', 'x');
      },
    ],
    [
      'what is installed or left over',
      (repository) => {
        repository.write('models/shop/node_modules/x/index.js', 'x');
        repository.write('models/shop/__pycache__/x.pyc', 'x');
      },
    ],
    ['runs that were made', (repository) => void repository.write('.tiltyard/runs/shop/x/run.json', '{}')],
    ['the rights of a file', (repository) => chmodSync(repository.path('models/shop/train.mjs'), 0o755)],
  ];
  it.each(changes)('%s', async (_, change) => {
    const [before, after] = await both(change);
    expect(after).toBe(before);
  });

  it('the folder of the repository, whatever its letters, nor the commit', async () => {
    const repository = makeTrainable(OPTIONS);
    const before = await digest(repository.root);
    const elsewhere = join(mkdtempSync(join(tmpdir(), 'tiltyard test ')), 'größe und 特徴');
    cpSync(repository.root, elsewhere, { recursive: true });
    try {
      expect(await digest(elsewhere)).toBe(before);
      const git = (...argv: string[]) =>
        execFileSync('git', ['-C', elsewhere, '-c', 'user.name=a', '-c', 'user.email=a@b', ...argv]);
      git('init', '-q');
      git('add', '.');
      git('commit', '-qm', 'one');
      expect(await digest(elsewhere)).toBe(before);
    } finally {
      rmSync(join(elsewhere, '..'), { recursive: true });
    }
  });
});

describe('a repository with spaces and letters of any alphabet in its path', () => {
  it('is trained in', async () => {
    const repository = makeTrainable(OPTIONS);
    const root = join(repository.root, 'größe und 特徴', 'it\'s "one" $HOME');
    cpSync(repository.path('models'), join(root, 'models'), { recursive: true });
    cpSync(repository.path('data'), join(root, 'data'), { recursive: true });
    const there: Repository = { ...repository, root, path: (name) => join(root, name) };
    const { status, errors } = await train(there);
    expect([status, errors]).toEqual([0, '']);
    expect(runsOf(there)).toMatchObject([{ state: 'succeeded' }]);
  });
});

describe('inputs that are refused', () => {
  it('are links in the program: they may lead anywhere', async () => {
    const repository = makeTrainable(OPTIONS);
    symlinkSync('/etc/passwd', repository.path('models/shop/link.txt'));
    const { status, errors } = await train(repository);
    expect([status, errors]).toEqual([3, expect.stringContaining('link.txt is no file')]);
  });

  it('are data that are not what data.lock.yaml pins', async () => {
    const repository = makeTrainable(OPTIONS);
    const pin = {
      uri: 'data/train.csv',
      sha256: 'a'.repeat(64),
      bytes: 1,
      files: 1,
      rows: 1,
      start: null,
      end: null,
      schema: {},
    };
    repository.write('models/shop/data.lock.yaml', stringify({ train: pin }));
    const { status, errors, runs } = await train(repository);
    expect([status, errors, runs]).toEqual([
      3,
      expect.stringContaining('is not what models/shop/data.lock.yaml pins'),
      [],
    ]);
    const actual = (await resolved(makeTrainable(OPTIONS).root)).inputs.data;
    repository.write('models/shop/data.lock.yaml', stringify({ train: { ...pin, sha256: actual } }));
    expect((await train(repository)).status).toBe(0);
  });

  it.each([
    ['no program', (document: ReturnType<typeof modelDocument>) => delete document.train, 'declares no train'],
    ['no data', (document: ReturnType<typeof modelDocument>) => delete document.data.train, 'declares no data.train'],
  ])('are a model.yaml that declares %s', async (_, edit, message) => {
    const { status, errors } = await train(makeTrainable({ edit: (document) => void edit(document) }));
    expect([status, errors]).toEqual([3, expect.stringContaining(message)]);
  });

  it.each([
    [{ threshold: { max: 'roc_auc' } }, 'no threshold is fitted to “roc_auc”'],
    [{ threshold: { max: 'f2' } }, 'Did you mean f1?'],
    [{ threshold: { max: 'positive_rate' } }, 'no threshold is fitted to'],
    [{ threshold: { max: 'expected_cost' } }, 'expected_cost is better when it is lower'],
    [{ threshold: { min: 'recall' } }, 'recall is better when it is higher'],
    [{ threshold: { min: 'expected_cost' } }, 'expected_cost needs the parameter false_positive'],
    [{ threshold: { max: 'f1', recall: 0.8 } }, 'f1 has no parameter recall'],
    [{ threshold: { max: 'f1', min: 'expected_cost' } }, 'must have exactly one of max and min'],
    [{ threshold: { recall: 0.8 } }, 'must have exactly one of max and min'],
    [{ threshold: { max: 'precision_at_recall', recall: -1 } }, 'recall is -1; it must be a number from 0 to 1'],
    [{ threshold: { maxi: 'f1' } }, 'Did you mean max?'],
  ])('are a decision that nobody can fit: %j', async (decision, message) => {
    const { status, errors } = await train(
      makeTrainable({ edit: (document) => Object.assign(document.train ?? {}, { decision }) }),
    );
    expect([status, errors]).toEqual([3, expect.stringContaining(message)]);
  });

  it('are a rule for the threshold without rows to fit it on, and several seeds without rows to compare them on', async () => {
    const rule = { decision: { threshold: { max: 'f1' } }, validation: { share: 0 } };
    expect((await train(makeTrainable({ train: rule }))).errors).toContain('fitted on validation rows');
    const seeds = await train(makeTrainable({ train: { validation: { share: 0 } } }), ['--seeds', '2']);
    expect(seeds.errors).toContain('the spread over seeds is measured on validation rows');
  });
});
