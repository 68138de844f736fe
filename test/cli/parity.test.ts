import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { openDatabase } from '#lib/data/duckdb.ts';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { csv, makeRepository, type Repository, type Row } from '../fixtures/repository.ts';
import { testWorld } from '../fixtures/world.ts';

const FEATURES = `SELECT s.row_id, s.amount::FLOAT AS amount, visits * 2 AS twice, s.age AS age, city, sex = 'f' AS woman,
  m.mean AS mean FROM source AS s LEFT JOIN state.means AS m USING (city)`;

/** An artifact with features of every type; raw rows as production gets them: no label, no column that comes later. */
async function served(): Promise<{ at: Repository; computed: Row[]; raw: Row[] }> {
  const at = makeRepository({ count: 60, candidate: { features: FEATURES, files: { 'state/means.parquet': '' } } });
  const { connection, close } = await openDatabase({ temporary: at.path('spill') });
  await connection.run(
    `COPY (FROM (VALUES ('Oslo', 1.5::DOUBLE), ('Rome', 0.25)) AS t (city, mean)) TO '${at.path('candidate/state/means.parquet')}' (FORMAT parquet)`,
  );
  close();
  const raw = at.rows.map(({ bought: _bought, refunded: _refunded, ...row }) => row);
  at.write('raw.csv', csv(raw));
  const mean = (city: unknown) => (city === 'Oslo' ? 1.5 : city === 'Rome' ? 0.25 : null);
  const computed = raw.map(({ row_id, amount, visits, age, city, sex }) => ({
    row_id,
    amount: Math.fround(Number(amount)),
    twice: Number(visits) * 2,
    age,
    city,
    woman: sex === 'f',
    mean: mean(city),
  }));
  return { at, computed, raw };
}

async function parity({ root, path }: Repository, logged: string, more: string[] = []) {
  const world = testWorld(root);
  const argv = [
    'parity',
    '--model',
    'shop',
    '--root',
    root,
    '--version',
    path('candidate'),
    '--raw',
    'raw.csv',
    '--logged',
    logged,
    ...more,
  ];
  const status = await runCommandLine(argv, { parity: () => import('../../actions/cli/parity.ts') }, world);
  expect(world.left()).toEqual([]);
  return { status, printed: world.printed.join('\n'), errors: world.errors.join('\n') };
}

const jsonl = (rows: Row[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

describe('tiltyard parity', () => {
  it('finds what is as computed, in whatever order, format and precision it was logged', async () => {
    const { at, computed } = await served();
    const shuffled = computed.map((row) => ({ ...row, model: '1.4.0' })).toReversed();
    at.write('logged.jsonl', jsonl(shuffled));
    const logged = await parity(at, 'logged.jsonl', ['--summary', at.path('parity.md')]);
    expect([logged.status, logged.errors]).toEqual([0, '']);
    expect(logged.printed).toContain('✅ **shop: all 6 features are as logged** in 60 rows.');
    expect(logged.printed).toContain('| `amount` | float | 0 | 0 | |');
    expect(logged.printed).toContain('- No features: `model`');
    expect(readFileSync(at.path('parity.md'), 'utf8')).toBe(`${logged.printed}\n`);

    // As a program writes it that knows no float32, rounds to eight digits and calls a missing number NaN.
    const rounded = computed.map((row) => ({
      ...row,
      amount: Number(row['amount']).toPrecision(8),
      mean: row['mean'] ?? 'NaN',
    }));
    at.write('logged.csv', csv(rounded));
    expect((await parity(at, 'logged.csv')).status).toBe(0);
    const { connection, close } = await openDatabase({ temporary: at.path('spill') });
    await connection.run(
      `COPY (SELECT * REPLACE (row_id::VARCHAR AS row_id, age::DOUBLE AS age, woman::UTINYINT AS woman) FROM '${at.path('logged.jsonl')}') TO '${at.path('logged.parquet')}' (FORMAT parquet)`,
    );
    close();
    expect((await parity(at, 'logged.parquet')).status).toBe(0);
  });

  it('names each feature that differs, its first ids and both values', async () => {
    const { at, computed } = await served();
    const [a, b, c, d, e] = computed;
    const spoiled = [
      { ...a, twice: Number(a['twice']) * (1 + 1e-5), city: 'Lima ' },
      { ...b, age: Number(b['age']) + 0.5, mean: 7 },
      { ...c, woman: c['woman'] !== true, age: null },
      { ...d, amount: null, mean: 'high' },
      { ...e, twice: Number(e['twice']) * (1 + 1e-8) },
      ...computed.slice(5),
    ];
    at.write('logged.jsonl', jsonl(spoiled));
    const { status, printed } = await parity(at, 'logged.jsonl');
    expect(status).toBe(1);
    expect(printed).toContain('❌ **shop: 6 of 6 features are not as logged** in 60 rows.');
    expect(printed).toContain('| `amount` | float | 1 | 0 | `1003` |');
    expect(printed).toContain('| `twice` | double | 1 | 1.0e-5 | `1000` |');
    expect(printed).toContain('| `age` | int64 | 2 | — | `1001`, `1002` |');
    expect(printed).toContain('| `city` | string | 1 | — | `1000` |');
    expect(printed).toContain('| `woman` | bool | 1 | — | `1002` |');
    expect(printed).toMatch(/\| `mean` \| double \| 2 \| [\d.e-]+ \| `1001`, `1003` \|/);
    expect(printed).toContain(
      `\`age\` was logged as: \`1001\`: \`${Number(b['age']) + 0.5}\`, not \`${b['age']}\`; \`1002\`: nothing, not \`${c['age']}\``,
    );
    expect((await parity(at, 'logged.jsonl', ['--tolerance', '1e-4'])).printed).toContain(
      '| `twice` | double | 0 | 1.0e-5 | |',
    );
  });

  it('takes what nobody expects in a log for a difference, not for a crash', async () => {
    const { at, computed } = await served();
    const odd = [
      '{"nested":[1]}',
      '[1, 2]',
      '"2026-10-01"',
      '"2026-10-01T00:00:00Z"',
      'true',
      '""',
      '"NaN"',
      '1e400',
      '-0.0',
    ];
    const lines = computed.map((row, i) => {
      const value = odd[i % odd.length];
      return Object.keys(row).map((name) => `${JSON.stringify(name)}: ${name === 'row_id' ? row[name] : value}`);
    });
    at.write('odd.jsonl', lines.map((entries) => `{ ${entries.join(', ')} }\n`).join(''));
    const logged = await parity(at, 'odd.jsonl');
    expect([logged.status, logged.errors]).toEqual([1, '']);
    expect(logged.printed).toContain('| `city` | string | 60 |');
    expect(logged.printed).toContain('`1000`: `{"nested":[1]}`, not ');

    const { connection, close } = await openDatabase({ temporary: at.path('spill') });
    await connection.run(
      `COPY (SELECT range AS row_id, DATE '2026-10-01' AS amount, {'a': 1} AS twice, [1] AS age, 'x'::BLOB AS city, TIME '10:00' AS woman,
         INTERVAL 1 DAY AS mean FROM range(1000, 1060)) TO '${at.path('odd.parquet')}' (FORMAT parquet)`,
    );
    close();
    const stored = await parity(at, 'odd.parquet');
    expect([stored.status, stored.errors]).toEqual([1, '']);
    expect(stored.printed).toContain('6 of 6 features are not as logged');
  });

  it('tells which rows are missing, foreign or logged twice, and which feature was not logged', async () => {
    const { at, computed } = await served();
    at.write(
      'logged.csv',
      csv(
        [...computed.slice(2), computed[5], { ...computed[0], row_id: 77 }],
        ['row_id', 'AMOUNT', 'twice', 'age', 'city', 'woman'].map((name) => name.toLowerCase()),
      ),
    );
    const { status, printed } = await parity(at, 'logged.csv');
    expect(status).toBe(1);
    expect(printed).toContain('❌ **shop: 1 of 6 features is not as logged** in 59 rows.');
    expect(printed).toContain('| `mean` | double | not logged | — | |');
    expect(printed).toContain('computed for 60 raw rows; 60 rows were logged');
    expect(printed).toContain('- Not logged: 2 ids, first `1000`, `1001`');
    expect(printed).toContain('- Logged without a raw row: 1 id, first `77`');
    expect(printed).toContain('- Logged more than once: 1 id, first `1005`');
  });

  it('refuses what can’t be compared', async () => {
    const { at, computed, raw } = await served();
    at.write('foreign.jsonl', jsonl(computed.map((row) => ({ ...row, row_id: Number(row['row_id']) + 1e6 }))));
    at.write('nameless.csv', csv(computed.map(({ row_id, ...row }) => ({ rowid: row_id, ...row }))));
    at.write('raw-twice.csv', `${readFileSync(at.path('raw.csv'), 'utf8')}${csv(raw.slice(0, 1)).split('\n')[1]}\n`);
    at.write('damaged.parquet', 'no parquet');
    at.write('logged.jsonl', jsonl(computed));
    const refused = async (logged: string, more: string[] = []) => {
      const { status, errors, printed } = await parity(at, logged, more);
      expect([status, printed]).toEqual([3, '']);
      return errors;
    };
    expect(await refused('foreign.jsonl')).toContain('have no row_id in common');
    expect(await refused('nameless.csv')).toMatch(/nameless\.csv has no column row_id[^]*Is rowid meant\?/);
    expect(await refused('damaged.parquet')).toContain("the data damaged.parquet can't be read");
    expect(await refused('nowhere.csv')).toContain('nowhere.csv does not exist');
    expect(await refused('logged.jsonl', ['--raw', 'raw-twice.csv'])).toContain('stand in more than one row');
    expect(await refused('logged.jsonl', ['--version', at.path('nothing')])).toContain('nothing');
    expect(await refused('logged.jsonl', ['--tolerance', 'none'])).toContain('--tolerance: is not a number');
    expect(await refused('logged.jsonl', ['--tolerance', '-1'])).toContain(
      '--tolerance: Too small: expected number to be >=0',
    );
  });
});
