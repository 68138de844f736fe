import { createHash } from 'node:crypto';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { checkDataset, requireSound } from '#lib/data/check.ts';
import { schemaOf, userError, useWorkspace } from './workspace.ts';

const space = useWorkspace();
const declared = {
  id: 'integer',
  x: { type: 'double', min: 0, max: 10 },
  kind: { type: 'string', allowed: ['a', 'b'], nullable: true },
  day: { type: 'date', min: '2001-01-01' },
  late: { type: 'integer', allowed: [0, 1] },
};

async function check(uri: string, columns: Record<string, unknown> = declared, label = true) {
  const dataset = await space.open(uri, columns);
  const found = await checkDataset(space.database.connection, dataset, {
    schema: schemaOf(columns),
    id: 'id',
    ...('day' in columns ? { time: 'day' } : {}),
    ...(label ? { label: { task: 'binary_classification' as const, column: 'late', type: 'integer' as const } } : {}),
  });
  return { ...found, dataset };
}

const HEADER = 'id,x,kind,day,late\n';

test('sound rows: count, digest, bytes and time range', async () => {
  const text = `${HEADER}1,0,a,2001-03-01,0\n2,10,,2001-02-01,1\n`;
  space.write('sound.csv', text);
  const found = await check('sound.csv');
  expect(found).toMatchObject({
    rows: 2,
    digest: createHash('sha256').update(text).digest('hex'),
    bytes: text.length,
    start: '2001-02-01T00:00:00.000Z',
    end: '2001-03-01T00:00:00.000Z',
    breaches: [],
  });
  expect(() => requireSound(found, found.dataset)).not.toThrow();
});

test('each kind of breach, with its count, first row and value', async () => {
  space.write(
    'broken.csv',
    `${HEADER}1,0,a,2001-03-01,0\n2,-1,a,2001-03-01,1\n3,11,c,1999-01-01,2\n4,NaN,a,2001-03-01,1\n5,,a,2001-03-01,1\n5,-2,b,2001-03-01,\n`,
  );
  const found = await check('broken.csv');
  const seen = found.breaches.map(({ column, rule, count, row, value }) => [column, rule, count, row, value]);
  expect(seen).toEqual([
    ['x', 'null', 1, 5, null],
    ['x', 'nan', 1, 4, 'nan'],
    ['x', 'min', 2, 2, '-1.0'],
    ['x', 'max', 1, 3, '11.0'],
    ['kind', 'allowed', 1, 3, 'c'],
    ['day', 'min', 1, 3, '1999-01-01'],
    ['late', 'null', 1, 6, null],
    ['late', 'allowed', 1, 3, '2'],
    ['late', 'label', 1, 3, '2'],
    ['id', 'unique', 1, 5, '5'],
  ]);
  const error = await userError(() => requireSound(found, found.dataset));
  expect(error.message).toContain('row 2: x is "-1.0", but at least 0 is declared (2 rows in all)');
  expect(error.message).toContain('and 5 more');
});

test('a NaN label is found, written as text too', async () => {
  const columns = { id: 'integer', y: 'double' };
  space.write('nan.csv', 'id,y\n1,2\n2,NaN\n3,\n');
  const dataset = await space.open('nan.csv', columns);
  const found = await checkDataset(space.database.connection, dataset, {
    schema: schemaOf({ id: 'integer', y: { type: 'double', nullable: true } }),
    id: 'id',
    label: { task: 'regression', column: 'y', type: 'double' },
  });
  expect(found.breaches.map(({ rule, row }) => [rule, row])).toEqual([
    ['null', 3],
    ['nan', 2],
  ]);
});

test('an infinite label of a regression is refused', async () => {
  space.write('infinite.csv', 'id,y\n1,2\n2,inf\n');
  const columns = { id: 'integer', y: 'double' };
  const found = await checkDataset(space.database.connection, await space.open('infinite.csv', columns), {
    schema: schemaOf(columns),
    id: 'id',
    label: { task: 'regression', column: 'y', type: 'double' },
  });
  expect(found.breaches.map(({ rule, row, value }) => [rule, row, value])).toEqual([['label', 2, 'inf']]);
});

test.each(['empty.csv', 'empty.csv.gz', 'empty.jsonl', 'empty.parquet'])('no rows: %s', async (name) => {
  if (name.endsWith('.parquet')) {
    await space.parquet(
      name,
      "SELECT 1::INTEGER AS id, 1.0::DOUBLE AS x, 'a' AS kind, DATE '2001-01-01' AS day, 0::INTEGER AS late LIMIT 0",
    );
  } else space.write(name, name.endsWith('.gz') ? gzipSync(HEADER) : name.endsWith('.csv') ? HEADER : '');
  const found = await check(name);
  expect(found).toMatchObject({ rows: 0, start: null, end: null, breaches: [] });
  expect((await userError(() => requireSound(found, found.dataset))).message).toContain(`${name} has no rows`);
});

test('two declared columns that differ by case only', async () => {
  space.write('case.csv', 'id,x\n1,1\n');
  expect((await userError(() => check('case.csv', { id: 'integer', ID: 'integer' }, false))).message).toContain(
    'id and ID',
  );
});

test('rows of several files are counted within their own, which is named', async () => {
  space.write('many/1.csv', `${HEADER}1,0,a,2001-03-01,0\n2,1,a,2001-03-01,1\n`);
  space.write('many/2.csv', `${HEADER}3,0,a,2001-03-01,0\n4,77,a,2001-03-01,1\n`);
  const [breach] = (await check('many/*.csv')).breaches;
  expect(breach).toMatchObject({ column: 'x', rule: 'max', row: 2, value: '77.0' });
  expect(breach?.sentence).toContain('many/2.csv');
});

test.each(['parquet', 'jsonl'])('a breach in the second of two %s files', async (format) => {
  const { connection } = space.database;
  const columns = { id: 'integer', x: { type: 'double', max: 5 } };
  space.write(`two-${format}/note.txt`, '');
  for (const [file, from] of [
    ['1', 0],
    ['2', 4],
  ]) {
    const path = `${space.root}/two-${format}/${file}.${format}`;
    const option = format === 'parquet' ? 'FORMAT parquet' : 'FORMAT json';
    await connection.run(
      `COPY (SELECT (${from} + range)::INTEGER AS id, (${from} + range)::DOUBLE AS x FROM range(4)) TO '${path}' (${option})`,
    );
  }
  const found = await check(`two-${format}/*.${format}`, columns, false);
  expect(found.breaches).toMatchObject([{ column: 'x', rule: 'max', count: 2, row: 3, value: '6.0' }]);
  expect(found.breaches[0]?.file).toContain(`2.${format}`);
});

describe('CSV', () => {
  const columns = { id: 'integer', day: { type: 'date', nullable: true }, note: { type: 'string', nullable: true } };
  test.each([
    ['1.5,2001-01-01,a', 'row 2: column id holds 1.5, which is no integer'],
    ['1e2,2001-01-01,a', 'row 2: column id holds 1e2, which is no integer'],
    ['3,2001-01-01 10:00:00,a', 'row 2: column day holds 2001-01-01 10:00:00, which is no date'],
    ['3,2001-02-30,a', 'line 3: column day holds "2001-02-30", which is no DATE'],
    ['99999999999,2001-01-01,a', 'line 3: column id holds "99999999999", which is no INTEGER'],
    ['3,2001-01-01,"a', 'line 3: Value with unterminated quote found'],
  ])('%s is not bent to the declared type', async (line, message) => {
    space.write('typed.csv', `id,day,note\n7,,\n${line}\n`);
    expect((await userError(() => check('typed.csv', columns, false))).message).toContain(`typed.csv, ${message}`);
  });

  test('text that is not UTF-8, in a column without any rule', async () => {
    space.write('latin.csv', Buffer.from('id,day,note\n1,,caf\xe9\n', 'latin1'));
    expect((await userError(() => check('latin.csv', columns, false))).message).toMatch(
      /latin\.csv, line 2: Invalid unicode/,
    );
  });
});

describe('JSON lines', () => {
  const columns = { id: 'integer', x: 'double', late: 'integer' };
  test.each([
    ['{"id":1.5,"x":1,"late":0}', 'column id holds 1.5, which is no integer'],
    ['{"id":1,"x":true,"late":0}', 'column x holds true, which is no double'],
    ['{"id":1,"x":"1","late":0}', 'column x holds "1", which is no double'],
    ['{"id":1,"x":[1],"late":0}', 'column x holds [1], which is no double'],
  ])('%s is not bent to the declared type', async (line, message) => {
    space.write('typed.jsonl', `{"id":7,"x":1,"late":1}\n${line}\n`);
    expect((await userError(() => check('typed.jsonl', columns))).message).toContain(`typed.jsonl, row 2: ${message}`);
  });

  test('a key that no row has, with the nearest one', async () => {
    space.write('key.jsonl', '{"id":1,"x":1,"lates":0}\n');
    const error = await userError(() => check('key.jsonl', columns));
    expect(error.message).toContain('has a value for late');
    expect(error.fix).toBe('Is lates meant?');
  });
});

test('packed files that break off are refused, though DuckDB would read what is left', async () => {
  const text = `${HEADER}${Array.from({ length: 5000 }, (_, i) => `${i},${i % 10},a,2001-03-01,0\n`).join('')}`;
  for (const [name, packed] of [
    ['cut.csv.gz', gzipSync(text)],
    ['cut.csv.zst', zstdCompressSync(text)],
  ] as const) {
    space.write(name, packed);
    expect((await check(name)).rows).toBe(5000);
    space.write(name, packed.subarray(0, packed.length - 100));
    expect((await userError(() => check(name))).message).toContain(name);
  }
});

test('a bound in model.yaml that is no value of its column', async () => {
  space.write('bound.csv', 'id,day\n1,2001-01-01\n');
  const columns = { id: 'integer', day: { type: 'date', min: 'yesterday' } };
  expect((await userError(() => check('bound.csv', columns, false))).message).toContain('data.schema.day.min');
});

test('the digest of several files depends on contents and order, not on names or where a file ends', async () => {
  const digest = async (names: string[], folder: string) => {
    for (const [index, body] of names.entries()) space.write(`${folder}/${index}.csv`, body);
    return (await check(`${folder}/*.csv`, { id: 'integer' }, false)).digest;
  };
  const one = await digest(['id\n1\n', 'id\n2\n'], 'd1');
  expect(await digest(['id\n1\n', 'id\n2\n'], 'd2')).toBe(one);
  expect(await digest(['id\n2\n', 'id\n1\n'], 'd3')).not.toBe(one);
  expect(await digest(['id\n1\n2\n', 'id\n'], 'd4')).not.toBe(one);
});
