import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '#lib/data/duckdb.ts';
import { Artifact } from '#registry/artifact.ts';
import type { Task } from '#registry/metric.ts';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import {
  csv,
  type ModelDocument,
  makeRepository,
  makeRows,
  onnxOf,
  type Repository,
  type Row,
  WEIGHTS,
} from '../fixtures/repository.ts';
import { measure } from '../fixtures/run.ts';
import { type TestWorld, testWorld } from '../fixtures/world.ts';

const FEATURES = `SELECT s.row_id, s.amount, s.visits, r.rate AS sign_rate
FROM source AS s LEFT JOIN state.sign_rates AS r ON (s.amount > 0) = r.is_positive`;
const RATES = 'SELECT amount > 0 AS is_positive, avg(age) AS rate FROM source GROUP BY ALL';
const MADE = [
  'artifact/artifact.json',
  'artifact/features.sql',
  'artifact/state/sign_rates.parquet',
  'artifact/training-ids.parquet',
  'train.parquet',
];

/** Rows of August, of which none is in the benchmark. */
function trainingRows(task: Task, count: number): Row[] {
  return makeRows(task, count, 2).map((row) => ({
    ...row,
    row_id: Number(row['row_id']) + 1_000_000,
    seen_at: String(row['seen_at']).replace('2026-10', '2026-08'),
  }));
}

interface Options {
  task?: Task;
  rows?: Row[];
  features?: string;
  state?: Record<string, string>;
  edit?: (document: ModelDocument) => void;
}

/** A small repository with training rows, features.sql and a fitted table. */
function trainable(options: Options = {}): Repository {
  const { task = 'binary_classification', features = FEATURES, state = { sign_rates: RATES } } = options;
  const repository = makeRepository({
    task,
    // The champion was made by the same command, so its classes are called the same.
    champion: task === 'binary_classification' ? { artifact: { classes: ['false', 'true'] } } : {},
    edit(document) {
      document.data.train = { uri: 'data/train.csv' };
      options.edit?.(document);
    },
  });
  repository.write('data/train.csv', csv(options.rows ?? trainingRows(task, 400)));
  repository.write('models/shop/features.sql', features);
  for (const [name, sql] of Object.entries(state)) repository.write(`models/shop/state/${name}.sql`, sql);
  return repository;
}

async function features(repository: Repository, more: string[] = [], world = testWorld(repository.root)) {
  const given = ['features', '--model', 'shop', '--root', repository.root, '--out', repository.path('build'), ...more];
  const status = await runCommandLine(given, { features: () => import('../../actions/cli/features.ts') }, world);
  expect(world.left()).toEqual([]);
  return { status, printed: world.printed.join('\n'), errors: world.errors.join('\n'), steps: world.steps };
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(folder.length + 1))
    .sort();
}

function artifactOf(repository: Repository): Artifact {
  return Artifact.parse(JSON.parse(readFileSync(repository.path('build/artifact/artifact.json'), 'utf8')));
}

async function query({ root }: Repository, sql: string): Promise<{ names: string[]; rows: unknown[][] }> {
  const database = await openDatabase({ temporary: `${root}/spill` });
  const result = await database.connection.runAndReadAll(sql);
  const found = { names: result.columnNames(), rows: result.getRowsJS() };
  database.close();
  return found;
}

describe('tiltyard features', () => {
  it('makes what training needs and an artifact that evaluation takes once the model is in it', async () => {
    const rows = trainingRows('binary_classification', 400);
    const repository = trainable({ rows, edit: (document) => (document.data.weight = 'importance') });
    const made = await features(repository);
    expect([made.status, made.errors]).toEqual([0, '']);
    expect(filesIn(repository.path('build'))).toEqual(MADE);
    expect(made.printed).toContain('(amount, visits, sign_rate), then bought, seen_at, importance');
    expect(made.printed.split('\n').at(-1)).toContain(`model as ${repository.path('build/artifact/model.onnx')}`);
    expect(made.steps.join('\n')).toContain('computing features: 400 rows');

    const train = await query(repository, `FROM '${repository.path('build/train.parquet')}'`);
    expect(train.names).toEqual(['amount', 'visits', 'sign_rate', 'bought', 'seen_at', 'importance']);
    const rate = (sign: boolean) => {
      const alike = rows.filter((row) => Number(row['amount']) > 0 === sign);
      return alike.reduce((sum, row) => sum + Number(row['age']), 0) / alike.length;
    };
    expect(train.rows.map((row) => [...row.slice(0, 4), row[5]])).toEqual(
      rows.map(({ amount, visits, bought, importance }) => [
        amount,
        visits,
        expect.closeTo(rate(Number(amount) > 0), 12),
        bought,
        importance,
      ]),
    );
    expect(artifactOf(repository)).toMatchObject({
      model: 'shop',
      task: 'binary_classification',
      classes: ['false', 'true'],
      threshold: null,
      training: {
        rows: 400,
        start: '2026-08-01T00:00:00.000Z',
        end: '2026-08-01T06:39:00.000Z',
        ids: 'training-ids.parquet',
      },
    });

    const [amount, visits] = WEIGHTS.binary_classification.better;
    repository.write('build/artifact/model.onnx', onnxOf('binary_classification', [amount, visits, 0]));
    const { status, evidence } = await measure(repository, { candidate: 'build/artifact' });
    expect([status, evidence.data_findings]).toEqual([0, []]);
    expect(evidence.candidate.features).toEqual(['amount', 'visits', 'sign_rate']);
    expect(evidence.candidate.training).toMatchObject({ rows: 400 });
  });

  it('of the benchmark’s own rows leaves what evaluation finds the leak by', async () => {
    const repository = trainable({ edit: (document) => delete document.data.time });
    expect((await features(repository, ['--data', 'data/benchmark.csv'])).status).toBe(0);
    repository.write('build/artifact/model.onnx', onnxOf('binary_classification', [1, -1, 0]));
    const { status, evidence } = await measure(repository, { candidate: 'build/artifact' });
    const leak = evidence.data_findings.find(({ check }) => check === 'overlap_by_id');
    expect(leak?.sentence).toContain('600 of the 600 rows');
    expect(status).toBe(2);
  });

  it('takes other rows, features and tables than the model’s, in paths with spaces and letters of any alphabet', async () => {
    const repository = trainable({ features: 'SELECT', edit: (document) => delete document.data.train });
    repository.write('dåta/the rows.csv', csv(trainingRows('binary_classification', 40)));
    repository.write('größe und maß/特徴.sql', FEATURES.replaceAll('sign_rate', 'rate'));
    repository.write('größe und maß/state/rates.sql', RATES);
    repository.write('größe und maß/state/README.md', 'no SQL');
    const out = repository.path('bau ß/ergebnis 1');
    const other = ['--data', 'dåta/the rows.csv', '--features', repository.path('größe und maß/特徴.sql')];
    const made = await features(repository, [...other, '--out', out]);
    expect([made.status, made.errors]).toEqual([0, '']);
    expect(filesIn(out)).toContain('artifact/state/rates.parquet');
    expect(made.printed).toContain(`--root ${repository.root} --candidate '${out}/artifact'`);
    const train = await query(repository, `FROM '${out}/train.parquet'`);
    expect([train.names[2], train.rows.length]).toEqual(['rate', 40]);
    const apart = await features(repository, [...other, '--state', repository.path('models/shop/state')]);
    expect([apart.status, apart.errors]).toEqual([3, expect.stringContaining('rates')]);
  });

  it('names classes and threshold as the task has them, and says what is left to do', async () => {
    const none = { features: 'SELECT row_id, amount FROM source', state: {} };
    const many = trainable({ ...none, task: 'multiclass_classification' });
    expect((await features(many)).status).toBe(0);
    expect(artifactOf(many)).toMatchObject({ classes: ['blue', 'green', 'red'], threshold: null });
    expect(filesIn(many.path('build')).some((file) => file.includes('state'))).toBe(false);

    const values = trainable({ ...none, task: 'regression' });
    expect((await features(values)).status).toBe(0);
    expect(artifactOf(values)).toMatchObject({ classes: null, threshold: null });

    const decide = (threshold: number | { max: string }) =>
      trainable({ ...none, edit: (document) => (document.train = { run: 'node train.ts', decision: { threshold } }) });
    const number = decide(0.25);
    expect((await features(number)).printed).not.toContain('threshold');
    expect(artifactOf(number).threshold).toBe(0.25);
    const rule = decide({ max: 'f1' });
    expect((await features(rule)).printed).toContain('Set "threshold" in');
    expect(artifactOf(rule).threshold).toBe(null);
  });
});

describe('what tiltyard features refuses, leaving nothing', () => {
  const rows = trainingRows('binary_classification', 40);
  const [first, ...others] = rows;
  const cases: [string, Options, string][] = [
    ['no training rows declared', { edit: (document) => delete document.data.train }, 'declares no data.train'],
    ['rows that break their schema', { rows: [{ ...first, age: null }, ...others] }, 'age is missing'],
    ['an id given twice', { rows: [...rows, { ...first }] }, 'stand in more than one row'],
    ['fewer rows than promised', { rows, edit: promise({ min_rows: 41 }) }, 'has 40 rows; at least 41'],
    ['rows that are too old', { rows, edit: promise({ max_age: '30d' }) }, 'may be at most 30d old'],
    ['a label of one class', { rows: rows.map((row) => ({ ...row, bought: true })) }, 'have the label true'],
    [
      'no features.sql there',
      { edit: (document) => (document.features = 'other.sql') },
      'there is no models/shop/other',
    ],
    ['the label as a feature', { features: 'SELECT row_id, bought FROM source' }, 'hidden'],
    ['what is known later', { features: 'SELECT row_id, refunded FROM source' }, 'hidden'],
    ['other rows', { features: 'SELECT row_id, avg(amount) OVER () AS mean FROM source' }, 'on other rows'],
    ['a file', { features: "SELECT row_id, x FROM source, read_csv('data/train.csv')" }, 'read_csv'],
    ['a fitted table of a file', { state: { sign_rates: "FROM 'data/train.csv'" } }, 'state/sign_rates.sql'],
    ['a table that no artifact may have', { state: { Rates: RATES } }, "state/Rates.sql can't be a table"],
    [
      'a fitted table that gives a row its own label',
      { state: { sign_rates: RATES.replace('age', 'bought::INTEGER') } },
      'state/sign_rates.sql is fitted on bought, but its result carries no date or time',
    ],
    [
      'features that join the labels of the row’s own day',
      {
        state: { days: 'SELECT seen_at::DATE AS day, avg(bought::INTEGER) AS rate FROM source GROUP BY ALL' },
        features: 'SELECT row_id, rate FROM source ASOF LEFT JOIN state.days ON seen_at::DATE >= day',
      },
      'state.days, fitted on bought, gives it away in rate',
    ],
    ['a feature called as the label', { features: 'SELECT row_id, amount AS Bought FROM source' }, 'called Bought'],
  ];

  it.each(cases)('%s', async (_, options, message) => {
    const repository = trainable({ features: 'SELECT row_id, amount FROM source', ...options });
    const before = readdirSync(repository.root);
    const { status, errors, printed } = await features(repository, ['--out', repository.path('deep/down/build')]);
    expect(errors).toContain(message);
    expect([status, printed]).toEqual([3, '']);
    expect(readdirSync(repository.root).filter((name) => !before.includes(name) && name !== 'temporary')).toEqual([]);
  });

  function promise(what: { min_rows?: number; max_age?: string }) {
    return (document: ModelDocument) => {
      document.data.train = { uri: 'data/train.csv', ...what };
    };
  }

  it('more memory or time than it is given', async () => {
    const repository = trainable();
    const memory = await features(repository, ['--memory-limit', '10']);
    expect([memory.status, memory.errors]).toEqual([3, expect.stringContaining('--memory-limit')]);
    const time = await features(repository, ['--timeout', '0.05']);
    expect([time.status, time.errors]).toEqual([3, expect.stringContaining('--timeout')]);
    expect(existsSync(repository.path('build'))).toBe(false);
  });
});

describe('the folder', () => {
  it('of an earlier run is replaced whole; anything else stays', async () => {
    const repository = trainable();
    await features(repository);
    repository.write('build/artifact/model.onnx', 'of the features before');
    expect((await features(repository)).status).toBe(0);
    expect(filesIn(repository.path('build'))).toEqual(MADE);

    repository.write('build/notes.txt', 'mine');
    const refused = await features(repository);
    expect([refused.status, refused.errors]).toEqual([3, expect.stringContaining('is nothing that this command made')]);
    expect(readFileSync(repository.path('build/notes.txt'), 'utf8')).toBe('mine');
    const file = await features(repository, ['--out', repository.path('data/train.csv')]);
    expect(file.status).toBe(3);
    const below = await features(repository, ['--out', repository.path('data/train.csv/build')]);
    expect([below.status, below.errors]).toEqual([3, expect.stringContaining("can't be written")]);
  });

  it('is the same to the byte on each run', async () => {
    const repository = trainable();
    await features(repository);
    const before = MADE.map((name) => readFileSync(repository.path(`build/${name}`), 'base64'));
    await features(repository);
    expect(MADE.map((name) => readFileSync(repository.path(`build/${name}`), 'base64'))).toEqual(before);
  });

  it('stays as it was where the work is interrupted, at any step', async () => {
    const repository = trainable();
    await features(repository);
    const before = readdirSync(repository.root);
    repository.write('build/artifact/model.onnx', 'kept');
    for (const step of ['reading', 'noting', 'fitting', 'computing']) {
      const world: TestWorld = testWorld(repository.root);
      world.progress = (text) => {
        if (text.startsWith(step)) world.interrupt.abort();
      };
      const { status, errors } = await features(repository, [], world);
      expect([step, status, errors]).toEqual([step, 130, expect.stringContaining('Interrupted')]);
      expect(readdirSync(repository.root)).toEqual(before);
      expect(readFileSync(repository.path('build/artifact/model.onnx'), 'utf8')).toBe('kept');
    }
  });
});
