import { symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { endlessLoop } from '../fixtures/onnx/hostile.ts';
import {
  csv,
  duckdb,
  MODEL,
  makeRepository,
  modelDocument,
  onnxOf,
  type Repository,
  type RepositoryOptions,
  type Row,
} from '../fixtures/repository.ts';
import { type RunOptions, run } from '../fixtures/run.ts';

/*
 * Everything that is the user's to mend: status 3, one sentence that says what and where, a second that says what to do,
 * and no file is written or left behind.
 */

interface Mistake {
  name: string;
  options?: RepositoryOptions;
  spoil?: (repository: Repository) => void | Promise<void>;
  run?: RunOptions;
  /** What it must say; the first is where. */
  says: (string | RegExp)[];
}

const yaml = (edit: (text: string) => string) => (repository: Repository) => {
  repository.write(MODEL, edit(stringify(modelDocument('binary_classification'))));
};
const row = (index: number, change: Row) => (repository: Repository) => {
  const rows = repository.rows.map((one, i) => (i === index ? { ...one, ...change } : one));
  repository.write('data/benchmark.csv', csv(rows));
};
const header = (edit: (text: string) => string) => (repository: Repository) => {
  const [first, ...rest] = csv(repository.rows).split('\n');
  repository.write('data/benchmark.csv', [edit(first), ...rest].join('\n'));
};
const features = (sql: string): RepositoryOptions => ({ candidate: { features: sql } });
const file = 'candidate/features.sql';

const mistakes: Mistake[] = [
  // The model
  {
    name: 'a model that is not there',
    spoil: yaml((text) => text),
    run: { more: ['--model', 'shopp'] },
    says: ['models/shopp/model.yaml', 'Models here: shop'],
  },
  {
    name: 'an unknown key',
    spoil: yaml((text) => text.replace('known_later:', 'know_later:')),
    says: [/models\/shop\/model\.yaml:\d+:\d+/, 'know_later', 'known_later'],
  },
  {
    name: 'an unknown metric',
    spoil: yaml((text) => text.replace('metric: roc_auc', 'metric: roc_auk')),
    says: [/models\/shop\/model\.yaml:\d+:\d+/, 'roc_auk', 'roc_auc'],
  },
  {
    name: 'a guardrail on an unknown metric',
    options: { edit: ({ evaluate }) => (evaluate.guardrails = [{ metric: 'f2', at_least: 0.5 }]) },
    says: [/models\/shop\/model\.yaml:\d+:\d+/, 'f2'],
  },
  {
    name: 'a metric of another task',
    options: { edit: ({ evaluate }) => (evaluate.guardrails = [{ metric: 'rmse', at_most: 0.5 }]) },
    says: [/models\/shop\/model\.yaml:\d+:\d+/, 'rmse is no metric of binary_classification'],
  },
  {
    name: 'a max_error that is compared',
    options: {
      task: 'regression',
      edit: ({ evaluate }) => (evaluate.guardrails = [{ metric: 'max_error', max_loss: 0.5 }]),
    },
    says: [/model\.yaml:\d+:\d+/, 'max_error can’t be compared'],
  },
  {
    name: 'YAML that is broken',
    spoil: (repository) => void repository.write(MODEL, 'name: shop\n  task: ['),
    says: [/models\/shop\/model\.yaml:\d+:\d+/],
  },
  {
    name: 'an alias bomb',
    spoil: (repository) =>
      void repository.write(
        MODEL,
        `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefghij'
          .split('')
          .map((k, i) => `${k}: &${k} [${Array(9).fill(`*${'abcdefghij'[i]}`).join(',')}]`)
          .join('\n')}\n`,
      ),
    says: ['models/shop/model.yaml'],
  },
  // The data
  {
    name: 'a missing file',
    options: { edit: ({ data }) => (data.benchmark.uri = 'data/none.csv') },
    says: ['data/none.csv does not exist'],
  },
  {
    name: 'an empty file',
    spoil: (repository) => void repository.write('data/benchmark.csv', ''),
    says: ['data/benchmark.csv', 'empty'],
  },
  {
    name: 'no rows',
    spoil: (repository) => void repository.write('data/benchmark.csv', csv([], Object.keys(repository.rows[0]))),
    says: ['data/benchmark.csv has no rows'],
  },
  {
    name: 'a value of the wrong type',
    spoil: row(6, { age: 'old' }),
    says: ['data/benchmark.csv', /row 7|line 8/, 'age', 'old'],
  },
  { name: 'a missing label', spoil: row(6, { bought: null }), says: ['data/benchmark.csv', 'bought', 'row 7'] },
  {
    name: 'a label that is NaN',
    options: { task: 'regression' },
    spoil: row(6, { spent: 'NaN' }),
    says: ['data/benchmark.csv', 'spent', 'row 7'],
  },
  {
    name: 'a label that is no class',
    options: { task: 'multiclass_classification' },
    spoil: row(6, { colour: 'pink' }),
    says: ['data/benchmark.csv', 'colour', 'pink', 'row 7'],
  },
  { name: 'an id that is there twice', spoil: row(6, { row_id: 1000 }), says: ['data/benchmark.csv', '1000'] },
  {
    name: 'a weight of zero',
    options: { edit: ({ data }) => (data.weight = 'importance') },
    spoil: row(6, { importance: 0 }),
    says: ['row 7', 'importance', 'positive number'],
  },
  {
    name: 'a header with one name twice',
    spoil: header((text) => text.replace('visits', 'amount')),
    says: ['data/benchmark.csv', 'amount, as another column is'],
  },
  {
    name: 'a header with __proto__',
    spoil: header((text) => text.replace('refunded', '__proto__')),
    says: ['data/benchmark.csv', '__proto__', 'Rename the column'],
  },
  {
    name: 'a column that is not there',
    spoil: header((text) => text.replace('visits', 'visit')),
    says: ['data/benchmark.csv', 'has no column visits', 'Is visit meant?'],
  },
  {
    name: 'a row that breaks off',
    spoil: (repository) => void repository.write('data/benchmark.csv', csv(repository.rows).slice(0, -40)),
    says: ['data/benchmark.csv'],
  },
  {
    name: 'a cluster of an unknown column',
    options: { edit: ({ data }) => (data.cluster = 'custommer_id') },
    says: ['custommer_id'],
  },
  {
    name: 'a cluster that reads a file',
    options: { edit: ({ data }) => (data.cluster = "(SELECT count(*) FROM read_text('/etc/passwd'))") },
    says: ['data.cluster'],
  },
  {
    name: 'a Parquet file that is cut',
    options: { edit: ({ data }) => (data.benchmark.uri = 'data/b.parquet') },
    spoil: async (repository) => {
      const path = repository.path('data/b.parquet');
      await duckdb(
        repository.root,
        `COPY (SELECT * FROM read_csv('${repository.path('data/benchmark.csv')}')) TO '${path}' (FORMAT parquet)`,
      );
      const { readFileSync } = await import('node:fs');
      repository.write('data/b.parquet', readFileSync(path).subarray(0, 900));
    },
    says: ['data/b.parquet'],
  },
  {
    name: 'a summary that would be a folder',
    run: { more: ['--summary', tmpdir()] },
    says: ['is a folder', 'Name a file'],
  },
  // features.sql
  {
    name: 'a syntax error in features.sql',
    options: features('SELECT row_id, amount,\n visits\nFORM source'),
    says: [file, 'line 3, column 6'],
  },
  {
    name: 'features.sql that reads a file',
    options: features(
      "SELECT row_id, amount, (SELECT max(length(content)) FROM read_text('/etc/passwd')) AS visits FROM source",
    ),
    says: [file, 'line 1', 'read_text'],
  },
  {
    name: 'features.sql that writes',
    options: features("COPY (SELECT * FROM source) TO '/tmp/tiltyard-leak.csv'"),
    says: [file],
  },
  {
    name: 'features.sql of two statements',
    options: features('SELECT row_id, amount, visits FROM source; DROP TABLE source'),
    says: [file],
  },
  {
    name: 'features.sql that selects the label',
    options: features('SELECT row_id, amount, bought::INT AS visits FROM source'),
    says: [file, 'bought'],
  },
  {
    name: 'features.sql with a window over all rows',
    options: features('SELECT row_id, amount, visits - avg(visits) OVER () AS visits FROM source'),
    says: [file, 'visits'],
  },
  {
    name: 'features.sql whose ids do not pair',
    options: features('SELECT row_id + 1 AS row_id, amount, visits FROM source'),
    says: [file, 'ids that do not pair'],
  },
  {
    name: 'features.sql that drops rows',
    options: features('SELECT row_id, amount, visits FROM source WHERE age > 30'),
    says: [file, 'ids that do not pair', 'missing'],
  },
  {
    name: 'features.sql without the id',
    options: features('SELECT amount, visits FROM source'),
    says: [file, 'row_id'],
  },
  {
    name: 'features.sql with a column that is not there',
    options: features('SELECT row_id, amount, visit FROM source'),
    says: [file, 'visit'],
  },
  {
    name: 'features.sql that gives too few columns',
    options: features('SELECT row_id, amount FROM source'),
    says: ['candidate/model.onnx', 'takes 2 features'],
  },
  {
    name: 'features.sql that fails on a row',
    options: features('SELECT row_id, amount, CAST(city AS DOUBLE) AS visits FROM source'),
    says: [file],
  },
  // The artifact
  { name: 'an artifact that is not there', run: { candidate: 'nowhere' }, says: ['nowhere', 'there is no folder'] },
  {
    name: 'a malformed artifact.json',
    options: { candidate: { artifact: '{"schema": "tiltyard/artifact/1",' } },
    says: ['candidate/artifact.json'],
  },
  {
    name: 'an artifact.json with an unknown key',
    options: { candidate: { artifact: { treshold: 0.5 } as object } },
    says: ['candidate/artifact.json', 'treshold', 'threshold'],
  },
  {
    name: 'an artifact of another task',
    options: { candidate: { artifact: { task: 'regression' } } },
    says: ['candidate', 'regression'],
  },
  {
    name: 'an artifact with a further file',
    options: { candidate: { files: { 'train.py': 'print()' } } },
    says: ['candidate', '"train.py"'],
  },
  {
    name: 'an artifact without a model',
    spoil: async (repository) => (await import('node:fs')).rmSync(repository.path('candidate/model.onnx')),
    says: ['candidate', 'model.onnx'],
  },
  {
    name: 'an artifact with a link',
    spoil: (repository) => symlinkSync('/etc/passwd', repository.path('candidate/state.parquet')),
    says: ['candidate', 'link'],
  },
  {
    name: 'a folder of an artifact that is a link',
    spoil: (repository) => symlinkSync(repository.path('candidate'), repository.path('linked')),
    run: { candidate: 'linked' },
    says: ['linked'],
  },
  // The model file
  {
    name: 'a truncated model',
    options: { candidate: { onnx: onnxOf('binary_classification', [1, 2]).subarray(0, 100) } },
    says: ['candidate/model.onnx'],
  },
  {
    name: 'a model that is no model',
    options: { candidate: { onnx: Buffer.from('hello') } },
    says: ['candidate/model.onnx'],
  },
  {
    name: 'a model with other inputs',
    options: { candidate: { onnx: endlessLoop(3) } },
    says: ['candidate/model.onnx', '3'],
  },
  {
    name: 'a model of another task',
    options: {
      candidate: {
        onnx: onnxOf('multiclass_classification', [
          [1, 0],
          [0, 1],
          [1, 1],
        ]),
      },
    },
    says: ['candidate/model.onnx', '3'],
  },
];

describe('a mistake is told with status 3, and nothing is written', () => {
  it.each(mistakes.map((mistake) => [mistake.name, mistake] as const))(
    '%s',
    async (_, { options, spoil, says, ...rest }) => {
      const repository = makeRepository({ count: 40, ...options });
      await spoil?.(repository);
      const { status, wrote, world, ...told } = await run(repository, rest.run);
      // Colours come and go with the terminal.
      const errors = stripVTControlCharacters(told.errors);
      expect(status, errors).toBe(3);
      for (const part of says) expect(errors).toMatch(part);
      expect(errors).toMatch(/^\W*✗.* \S+/);
      expect(errors).toMatch(/\n\W*→.* \S+/);
      expect(errors).not.toMatch(/\n +at /);
      expect(errors.length).toBeLessThan(1500);
      expect(wrote).toEqual([]);
      expect(world.left()).toEqual([]);
      expect(world.printed).toEqual([]);
    },
  );
});
