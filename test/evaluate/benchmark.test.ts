import { copyFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from 'vitest';
import { openDataset } from '#lib/data/dataset.ts';
import { openDatabase } from '#lib/data/duckdb.ts';
import { idSketch, writeSketch } from '#lib/data/sketch.ts';
import { csv, duckdb, type ModelDocument, makeRepository, makeRows, type Repository } from '../fixtures/repository.ts';
import { type Measured, measure, of } from '../fixtures/run.ts';

const rows = makeRows('binary_classification', 300);
const edit = ({ evaluate, data }: ModelDocument) => {
  evaluate.slices = { columns: ['city', { column: 'amount', quantiles: 3 }], min_rows: 20, min_per_class: 2 };
  data.weight = 'importance';
};
/** What must not depend on how the rows are stored. */
const numbers = ({ evidence }: Measured) => {
  const { timing: _, policy_digest: _policy, benchmark, ...rest } = evidence;
  return { ...rest, benchmark: { ...benchmark, digest: '' } };
};

describe('the benchmark gives the same numbers', () => {
  let repository: Repository;
  let expected: Measured;
  const jsonl = (list: typeof rows) => list.map((row) => `${JSON.stringify(row)}\n`).join('');
  beforeAll(async () => {
    repository = makeRepository({ rows, edit });
    expected = await measure(repository);
    const [first, second, third] = [rows.slice(0, 100), rows.slice(100, 101), rows.slice(101)];
    repository.write('data/b.csv.gz', gzipSync(csv(rows)));
    repository.write('data/b.csv.zst', zstdCompressSync(csv(rows)));
    repository.write('data/b.jsonl', jsonl(rows));
    repository.write('data/b.jsonl.gz', gzipSync(jsonl(rows)));
    repository.write('data/b.ndjson.zst', zstdCompressSync(jsonl(rows)));
    for (const [i, part] of [first, second, third].entries()) repository.write(`data/parts/${i}.csv`, csv(part));
    const types =
      'seen_at TIMESTAMP, bought BOOLEAN, row_id BIGINT, user_id INTEGER, age INTEGER, city VARCHAR, sex VARCHAR';
    const typed = `{${types
      .split(', ')
      .map((column) => column.replace(/(\w+) (\w+)/, "$1: '$2'"))
      .join(', ')}}`;
    const read = (path: string) => `SELECT * FROM read_csv('${repository.path(path)}', types = ${typed})`;
    await duckdb(
      repository.root,
      `COPY (${read('data/benchmark.csv')}) TO '${repository.path('data/b.parquet')}' (FORMAT parquet)`,
    );
    repository.write('data/parquet/.keep', '');
    for (const i of [0, 1, 2]) {
      await duckdb(
        repository.root,
        `COPY (${read(`data/parts/${i}.csv`)}) TO '${repository.path(`data/parquet/${i}.parquet`)}' (FORMAT parquet)`,
      );
    }
  }, 120_000);

  it.each([
    'data/b.csv.gz',
    'data/b.csv.zst',
    'data/b.jsonl',
    'data/b.jsonl.gz',
    'data/b.ndjson.zst',
    'data/b.parquet',
    'data/parts/*.csv',
    'data/parquet/*.parquet',
  ])('as %s', async (benchmark) => {
    const result = await measure(repository, { more: ['--benchmark', benchmark] });
    expect(numbers(result)).toEqual(numbers(expected));
    expect(result.status).toBe(expected.status);
    expect(result.flips).toEqual(expected.flips);
  });

  it('under another name, with the same digest', async () => {
    copyFileSync(repository.path('data/benchmark.csv'), repository.path('data/copy.csv'));
    const result = await measure(repository, { more: ['--benchmark', 'data/copy.csv'] });
    expect(result.evidence.benchmark.digest).toBe(expected.evidence.benchmark.digest);
  });
});

describe('a benchmark that is unfit', () => {
  /** A sketch of the ids of some rows, as training writes it. */
  async function sketch(repository: Repository, path: string, list: typeof rows): Promise<void> {
    repository.write('data/train.csv', csv(list, ['row_id']));
    const { connection, close } = await openDatabase({ temporary: repository.path('spill') });
    const schema = { row_id: { type: 'bigint', nullable: false } } as const;
    const dataset = await openDataset(connection, { uri: 'data/train.csv' }, { root: repository.root, schema });
    await writeSketch(connection, await idSketch(connection, dataset, 'row_id'), repository.path(path));
    close();
  }

  const training = { rows: 5, start: null, end: null, digest: null, ids: null };

  it('by overlap with the training rows of a version, by their ids', async () => {
    const withIds = { artifact: { training: { ...training, ids: 'training-ids.parquet' as const } } };
    const repository = makeRepository({ rows, candidate: withIds, champion: withIds });
    await sketch(repository, 'candidate/training-ids.parquet', [...rows.slice(0, 7), { row_id: 5 }]);
    await sketch(repository, 'champion/training-ids.parquet', [{ row_id: 1 }, { row_id: 2 }]);
    const result = await measure(repository);
    expect([result.status, result.verdict.verdict]).toEqual([2, 'inconclusive']);
    expect(result.evidence.data_findings).toEqual([
      {
        check: 'overlap_by_id',
        sentence: '7 of the 300 rows of the benchmark were in the training data of the candidate, by their ids.',
      },
    ]);
    expect(result.summary).toContain('7 of the 300 rows');
  });

  it('by training that ends after it begins, by rows whose origin nobody knows, by few and by old rows', async () => {
    const repository = makeRepository({
      rows,
      candidate: {
        artifact: { training: { ...training, start: '2026-01-01T00:00:00Z', end: '2026-10-01T00:00:00Z' } },
      },
      champion: { artifact: { training } },
      edit: ({ data }) => {
        data.benchmark.min_rows = 1000;
        data.benchmark.max_age = '30d';
      },
    });
    const result = await measure(repository);
    expect(result.status).toBe(2);
    expect(result.evidence.data_findings).toEqual([
      { check: 'too_few_rows', sentence: 'The benchmark has 300 rows; at least 1,000 were promised.' },
      {
        check: 'stale',
        sentence: 'The newest row of the benchmark is of 2026-10-01T04:59:00.000Z; it may be at most 30d old.',
      },
      {
        check: 'overlap_by_time',
        sentence:
          'The training data of the candidate end at 2026-10-01T00:00:00Z, not before the benchmark begins at 2026-10-01T00:00:00.000Z.',
      },
      {
        check: 'unknown_overlap',
        sentence:
          'Nobody can say whether the champion was trained on rows of the benchmark: its artifact holds neither their ids nor their time.',
      },
    ]);
    for (const { sentence } of result.evidence.data_findings) expect(result.summary).toContain(sentence.slice(0, 30));
  });

  it('by labels that are all of one class', async () => {
    const result = await measure(makeRepository({ rows: rows.map((row) => ({ ...row, bought: true })) }));
    expect([result.status, result.verdict.verdict]).toEqual([2, 'inconclusive']);
    expect(result.evidence.data_findings).toEqual([
      { check: 'one_class', sentence: 'All 300 rows of the benchmark are of one class.' },
    ]);
    expect(of(result, 'roc_auc')).toMatchObject({ difference: null, interval: null, method: 'none' });
    expect(result.text).not.toContain('NaN');
  });

  it('by a candidate that predicts the same for every row', async () => {
    const result = await measure(makeRepository({ rows, candidate: { weights: [0, 0] } }));
    expect(result.evidence.data_findings).toEqual([
      { check: 'constant', sentence: 'The candidate predicts the same for every row: 0.5.' },
    ]);
    expect(result.verdict.verdict).not.toBe('pass');
    expect(result.summary).toContain('predicts the same for every row');
  });

  it('by clusters of which there are too few', async () => {
    const result = await measure(makeRepository({ count: 150, edit: ({ data }) => (data.cluster = 'user_id') }));
    expect(result.evidence.benchmark).toMatchObject({ clusters: 15, cluster: 'user_id' });
    expect([result.status, result.verdict.verdict]).toEqual([2, 'inconclusive']);
    expect(result.summary).toContain('15 clusters');
  });
});
