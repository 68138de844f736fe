import { readFileSync } from 'node:fs';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Dataset } from '#lib/data/dataset.ts';
import { identifier } from '#lib/data/duckdb.ts';
import { readChunks } from '#lib/data/read.ts';
import { userError, useWorkspace } from './workspace.ts';

const space = useWorkspace();
const schema = { id: 'integer', x: 'double', s: 'string' };

async function rows(dataset: Dataset, columns = dataset.columns.map(({ name }) => identifier(name))) {
  const all = [];
  for await (const chunk of readChunks(space.database.connection, dataset, columns)) all.push(...chunk.getRows());
  return all;
}

const read = async (uri: string, declared: Record<string, unknown> = schema) => rows(await space.open(uri, declared));

describe('formats', () => {
  const expected = [
    [1, 2.5, 'a'],
    [2, null, 'b,"c"'],
    [3, -1, null],
  ];
  const csv = 'id,x,s\n1,2.5,a\n2,,"b,""c"""\n3,-1,\n';
  const json = '{"id":1,"x":2.5,"s":"a"}\n{"id":2,"s":"b,\\"c\\"","more":[1]}\n{"id":3,"x":-1}\n';

  test.each([
    ['a.csv', csv],
    ['a.csv.gz', gzipSync(csv)],
    ['a.csv.zst', zstdCompressSync(csv)],
    ['bom.csv', `\uFEFF${csv.replaceAll('\n', '\r\n')}`],
    ['tabs.tsv', csv.replaceAll(/,(?!""c)/g, '\t')],
    ['semicolons.csv', csv.replaceAll(/,(?!""c)/g, ';')],
    ['a.jsonl', json],
    ['a.ndjson.gz', gzipSync(json)],
    ['a.jsonl.zst', zstdCompressSync(json)],
  ])('%s', async (name, content) => {
    space.write(name, content);
    expect(await read(name)).toEqual(expected);
  });

  test('Parquet, with the columns in another order and an undeclared one', async () => {
    await space.parquet(
      'a.parquet',
      "SELECT 's' || range AS s, 7 AS other, range::SMALLINT AS id, range::FLOAT AS x FROM range(2)",
    );
    expect(await read('a.parquet')).toEqual([
      [0, 0, 's0'],
      [1, 1, 's1'],
    ]);
  });

  test('columns of a CSV that nobody declared may hold anything', async () => {
    space.write('extra.csv', 'note,id,x,s\n"?",1,1,a\n,2,2,b\n');
    expect(await read('extra.csv')).toEqual([
      [1, 1, 'a'],
      [2, 2, 'b'],
    ]);
  });
});

test('rows come in the order of the files and of the rows in each, in every pass', async () => {
  await space.parquet('order/2.parquet', 'SELECT (300000 + range)::INTEGER AS id FROM range(200000)');
  await space.parquet('order/1.parquet', 'SELECT range::INTEGER AS id FROM range(300000)');
  const dataset = await space.open('order/*.parquet', { id: 'integer' });
  for (let pass = 0; pass < 2; pass++) {
    let next = 0;
    let ordered = true;
    for await (const chunk of readChunks(space.database.connection, dataset, ['id'])) {
      for (const value of chunk.getColumnValues(0)) ordered &&= value === next++;
    }
    expect([next, ordered]).toEqual([500_000, true]);
  }
});

describe('refused with file, row, column and value', () => {
  test('a value of the wrong type in row n of a CSV', async () => {
    space.write('wrong.csv', 'id,x,s\n1,2.5,a\n2,abc,b\n');
    const { message } = await userError(() => read('wrong.csv'));
    expect(message).toContain('wrong.csv, line 3: column x holds "abc", which is no DOUBLE');
  });

  test('too few values in row n of a CSV', async () => {
    space.write('short.csv', 'id,x,s\n1,2.5,a\n2,1\n');
    expect((await userError(() => read('short.csv'))).message).toContain(
      'line 3: 2 values where the header has 3 columns',
    );
  });

  test('a value of the wrong type and broken JSON in line n', async () => {
    space.write('wrong.jsonl', '{"id":1,"x":2.5}\n{"id":2,"x":"abc"}\n');
    expect((await userError(() => read('wrong.jsonl'))).message).toMatch(/wrong\.jsonl, line 2: .*"abc"/);
    space.write('broken.jsonl', '{"id":1,"x":2.5}\n{"id":2,"x":\n{"id":3}\n');
    expect((await userError(() => read('broken.jsonl'))).message).toMatch(/broken\.jsonl, line \d: not JSON/);
  });

  test('a Parquet file that is truncated, empty, or damaged inside', async () => {
    const path = await space.parquet(
      'whole.parquet',
      "SELECT range::INTEGER AS id, random() AS x, 's' AS s FROM range(100000)",
    );
    const bytes = readFileSync(path);
    space.write('half.parquet', bytes.subarray(0, bytes.length >> 1));
    space.write('empty.parquet', '');
    const damaged = Buffer.from(bytes);
    damaged.fill(0xa5, 100_000, 300_000);
    space.write('damaged.parquet', damaged);
    for (const name of ['half.parquet', 'empty.parquet']) {
      expect((await userError(() => read(name))).message).toContain(`${name} can't be read`);
    }
    const outcome = await read('damaged.parquet').then(
      (values) => values.length,
      (error: unknown) => (error instanceof Error ? error.name : ''),
    );
    expect([100_000, 'UserError']).toContain(outcome);
  });

  test('a missing column, with the nearest name', async () => {
    space.write('near.csv', 'id,xx,s\n1,2,a\n');
    await space.parquet('near.parquet', "SELECT 1::INTEGER AS id, 1.5::DOUBLE AS X1, 's' AS s");
    const error = await userError(() => read('near.csv'));
    expect(error.message).toContain('has no column x');
    expect((await userError(() => read('near.parquet', { ...schema, x_1: 'double' }))).message).toContain(
      'has no column',
    );
    const near = await userError(() => read('near.csv', { id: 'integer', xxx: 'double' }));
    expect(near.fix).toBe('Is xx meant?');
  });

  test('a Parquet column whose stored type would lose values', async () => {
    await space.parquet('wide.parquet', "SELECT 1::BIGINT AS id, 1.5::DOUBLE AS x, 's' AS s");
    const { message } = await userError(() => read('wide.parquet'));
    expect(message).toContain('column id is stored as BIGINT, but model.yaml declares it as integer');
  });

  test.each([
    ['id,__proto__,s', 'is called __proto__'],
    ['id,constructor,s', 'is called constructor'],
    ['prototype,x,s', 'is called prototype'],
    ['id,x,id', 'is called id, as another column is'],
    ['id,x,ID', 'is called ID, as another column is'],
    ['id,,s', 'column 2 of the header'],
    ['', 'is empty'],
  ])('a CSV header %s', async (header, message) => {
    space.write('header.csv', header === '' ? '' : `${header}\n1,2,a\n`);
    expect((await userError(() => read('header.csv'))).message).toContain(message);
  });

  test('files of one dataset with different headers', async () => {
    space.write('split/1.csv', 'id,x,s\n1,2,a\n');
    space.write('split/2.csv', 'x,id,s\n1,2,a\n');
    expect((await userError(() => read('split/*.csv'))).message).toContain('different headers');
  });
});
