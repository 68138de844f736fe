import { describe, expect, test } from 'vitest';
import { idsOfRows } from '#lib/data/ids.ts';
import { readUnits, type UnitsRequest } from '#lib/data/units.ts';
import { userError, useWorkspace } from './workspace.ts';

const space = useWorkspace();
const schema = {
  id: 'string',
  label: { type: 'string', nullable: true },
  w: { type: 'double', nullable: true },
  t: 'timestamp',
  town: { type: 'string', nullable: true },
  size: { type: 'double', nullable: true },
};
const binary: UnitsRequest = {
  label: { task: 'binary_classification', column: 'label', type: 'string', positive: 'yes' },
  slices: [],
};

const ROWS = [
  'id,label,w,t,town,size',
  'a,yes,1,2001-01-02 10:00:00,Oslo,1',
  'b,no,2.5,2001-01-01 10:00:00,,5',
  'c,no,1,2001-01-02 11:00:00,a town with a long name,NaN',
  'd,yes,1,2001-01-03 10:00:00,Oslo,10',
  'e,yes,1,2001-01-01 23:59:59,a town with a long name,',
];

async function units(rows: string[], request: UnitsRequest) {
  space.write('units.csv', `${rows.join('\n')}\n`);
  return readUnits(space.database.connection, await space.open('units.csv', schema), request);
}

test('label, weight, clusters and slices, each in the order of the rows', async () => {
  const read = await units(ROWS, {
    ...binary,
    weight: 'w',
    cluster: 't::DATE',
    slices: ['town', { column: 'size', edges: [5, 2] }],
  });
  expect(read).toEqual({
    rows: 5,
    label: Uint8Array.of(1, 0, 0, 1, 1),
    weight: Float64Array.of(1, 2.5, 1, 1, 1),
    cluster: { codes: Int32Array.of(0, 1, 0, 2, 1), count: 3 },
    slices: [
      { column: 'town', codes: Uint16Array.of(0, 1, 2, 0, 2), values: ['Oslo', '(null)', 'a town with a long name'] },
      {
        column: 'size',
        codes: Uint16Array.of(0, 1, 2, 1, 3),
        values: ['below 2', '5 and above', 'NaN', '(null)'],
      },
    ],
  });
});

test('a text "(null)" and a missing value are two slices', async () => {
  const read = await units([ROWS[0] ?? '', 'a,yes,1,2001-01-02 10:00:00,(null),1', 'b,no,1,2001-01-01 10:00:00,,5'], {
    ...binary,
    slices: ['town'],
  });
  expect(read.slices[0]?.codes).toEqual(Uint16Array.of(0, 1));
});

test('the classes of a multiclass label in the order of the model', async () => {
  const label = {
    task: 'multiclass_classification',
    column: 'town',
    type: 'string',
    classes: ['Rome', 'Oslo'],
  } as const;
  const rows = ROWS.filter((row) => !row.startsWith('b') && !row.includes('long'));
  expect((await units(rows, { label, slices: [] })).label).toEqual(Int32Array.of(1, 1));
  const error = await userError(() => units(ROWS, { label, slices: [] }));
  expect(error.message).toContain('row 2: the label town is missing, but it must be one of the classes Rome, Oslo');
});

test('a boolean, a 0/1 and a numeric label', async () => {
  await space.parquet(
    'l.parquet',
    'SELECT range % 2 = 1 AS b, (range % 2)::INTEGER AS i, range / 4 AS y FROM range(5000)',
  );
  const dataset = await space.open('l.parquet', { b: 'boolean', i: 'integer', y: 'double' });
  const { connection } = space.database;
  const read = async (label: UnitsRequest['label']) =>
    (await readUnits(connection, dataset, { label, slices: [] })).label;
  const expected = Uint8Array.from({ length: 5000 }, (_, i) => i % 2);
  expect(await read({ task: 'binary_classification', column: 'b', type: 'boolean' })).toEqual(expected);
  expect(await read({ task: 'binary_classification', column: 'i', type: 'integer' })).toEqual(expected);
  expect(await read({ task: 'binary_classification', column: 'i', type: 'integer', positive: 1 })).toEqual(expected);
  expect(await read({ task: 'regression', column: 'y', type: 'double' })).toEqual(
    Float64Array.from({ length: 5000 }, (_, i) => i / 4),
  );
  expect(await read({ task: 'binary_classification', column: 'y', type: 'double', positive: 0.25 })).toEqual(
    Uint8Array.from({ length: 5000 }, (_, i) => (i === 1 ? 1 : 0)),
  );
  const error = await userError(() => read({ task: 'binary_classification', column: 'y', type: 'double' }));
  expect(error.message).toContain('row 2: the label y is "0.25", but it must be 0 or 1');
});

describe('refused, with the row', () => {
  test('a missing and a NaN label', async () => {
    const missing = await userError(() => units([ROWS[0] ?? '', 'a,,1,2001-01-02 10:00:00,Oslo,1'], binary));
    expect(missing.message).toContain('row 1: the label label is missing');
    const regression: UnitsRequest = { label: { task: 'regression', column: 'size', type: 'double' }, slices: [] };
    expect((await userError(() => units(ROWS, regression))).message).toContain('row 3: the label size is "nan"');
  });

  test.each(['0', '-1', 'NaN', 'inf', ''])('the weight %s', async (weight) => {
    const rows = [ROWS[0] ?? '', `a,yes,${weight},2001-01-02 10:00:00,Oslo,1`];
    expect((await userError(() => units(rows, { ...binary, weight: 'w' }))).message).toMatch(
      /row 1: the weight w is .* positive/,
    );
  });

  test('a label of text without a positive class', async () => {
    const label = { task: 'binary_classification', column: 'label', type: 'string' } as const;
    expect((await userError(() => units(ROWS, { label, slices: [] }))).fix).toContain('data.positive');
  });

  test('a row without a cluster', async () => {
    expect((await userError(() => units(ROWS, { ...binary, cluster: 'town' }))).message).toContain(
      'is null in some rows',
    );
  });

  test('a slice column of too many values, or none that is declared, or text in bands', async () => {
    await space.parquet('s.parquet', "SELECT range::INTEGER AS id, 'yes' AS label FROM range(1500)");
    const dataset = await space.open('s.parquet', { id: 'integer', label: 'string' });
    const read = (slices: UnitsRequest['slices']) =>
      readUnits(space.database.connection, dataset, { ...binary, slices });
    const many = await userError(() => read(['id']));
    expect(many.message).toContain('more than 1000 values');
    expect(many.fix).toContain('quantiles');
    expect((await userError(() => read(['city']))).message).toContain('city is not declared');
    expect((await userError(() => read([{ column: 'label', quantiles: 4 }]))).message).toContain('cut into bands');
    const bands = await read([{ column: 'id', quantiles: 4 }]);
    expect(bands.slices[0]?.values).toEqual(['below 374', '374 to below 749', '749 to below 1124', '1124 and above']);
  });
});

describe('data.cluster is one scalar expression', () => {
  test.each([
    't::DATE',
    "town || '-' || size",
    'coalesce(town, id) -- a comment',
    "CASE WHEN size > 1 THEN 'x' ELSE id END",
  ])('%s', async (cluster) => {
    const rows = ROWS.filter((row) => !row.endsWith(',') && !row.startsWith('b'));
    expect((await units(rows, { ...binary, cluster })).cluster?.count).toBeGreaterThan(0);
  });

  test.each([
    ['(SELECT max(id) FROM source)', 'more than its own row'],
    ["(SELECT content FROM read_text('/etc/passwd'))", 'more than its own row'],
    ['row_number() OVER ()', 'more than its own row'],
    ['max(id)', 'more than its own row'],
    ['unnest([1, 2])', 'more than its own row'],
    ['random()', 'uses random()'],
    ['now()', 'uses now()'],
    ['current_date', 'uses current_date'],
    ['id), (town', 'is not one expression'],
    ['id) FROM source WHERE (true', 'is not one expression'],
    ['id); DROP TABLE x; SELECT (1', 'is not one expression'],
    ['$1', 'holds a parameter'],
    ['date ::', 'is not one expression'],
    ['*', 'more than its own row'],
  ])('%s is refused', async (cluster, message) => {
    expect((await userError(() => units(ROWS, { ...binary, cluster }))).message).toContain(message);
  });

  test('a column that is not there', async () => {
    const error = await userError(() => units(ROWS, { ...binary, cluster: 'dates::DATE' }));
    expect(error.message).toContain('dates');
  });
});

test('more clusters than the first table of codes holds', async () => {
  await space.parquet(
    'c.parquet',
    "SELECT range AS id, 'yes' AS label, 'user number ' || (range % 70000) AS who FROM range(150000)",
  );
  const dataset = await space.open('c.parquet', { id: 'bigint', label: 'string', who: 'string' });
  const { cluster } = await readUnits(space.database.connection, dataset, { ...binary, cluster: 'who' });
  expect(cluster?.count).toBe(70_000);
  expect(cluster?.codes).toEqual(Int32Array.from({ length: 150_000 }, (_, i) => i % 70_000));
});

test('ids by row number, in the order asked for', async () => {
  await space.parquet('i.parquet', "SELECT 'row ' || range AS id FROM range(10000)");
  const dataset = await space.open('i.parquet', { id: 'string' });
  expect(await idsOfRows(space.database.connection, dataset, 'id', [9999, 0, 5000, 0])).toEqual([
    'row 9999',
    'row 0',
    'row 5000',
    'row 0',
  ]);
});
