import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, identifier, literal, openSandbox } from '#lib/data/duckdb.ts';
import { useWorkspace } from './workspace.ts';

const space = useWorkspace();
let sandbox: Database;
beforeAll(async () => {
  sandbox = await openSandbox({ temporary: join(space.root, 'sandbox'), memory: '64MB' });
});
afterAll(() => sandbox.close());

describe('S16 SQL in a locked database reaches nothing outside', () => {
  test.each([
    ['a file as a table', (root: string) => `SELECT * FROM '${root}/x.csv'`],
    ['a file by a function', (root: string) => `SELECT * FROM read_csv('${root}/x.csv')`],
    ['the text of a file', () => "SELECT * FROM read_text('/etc/passwd')"],
    ['the names of files', (root: string) => `SELECT * FROM glob('${root}/*')`],
    ['writing a file', (root: string) => `COPY (SELECT 1) TO '${root}/out.csv'`],
    ['writing a database', (root: string) => `ATTACH '${root}/out.db'`],
    ['exporting', (root: string) => `EXPORT DATABASE '${root}/out'`],
    ['an extension', () => 'INSTALL httpfs'],
    ['the network', () => "SELECT * FROM 'https://127.0.0.1:1/x.parquet'"],
    ['a setting', () => 'SET threads = 4'],
    ['its own lock', () => 'SET enable_external_access = true'],
    ['its lock again', () => 'RESET lock_configuration'],
    ['other folders', () => "SET allowed_directories = ['/']"],
  ])('%s', async (_, sql) => {
    space.write('x.csv', 'a\n1\n');
    await expect(sandbox.connection.run(sql(space.root))).rejects.toThrow(/Permission Error|locked|Cannot|disabled/);
    expect(readdirSync(space.root).filter((name) => name.startsWith('out'))).toEqual([]);
  });
});

test('a locked database may still spill what its memory does not hold', async () => {
  const result = await sandbox.connection.runAndReadAll(
    'SELECT count(*), max(a) FROM (SELECT hash(range) AS a, range AS b, md5(range::VARCHAR) AS c FROM range(1500000) ORDER BY c LIMIT 1400000)',
  );
  expect(Number(result.getRowsJson()[0]?.[0])).toBe(1_400_000);
});

test('names and texts as SQL', async () => {
  const result = await space.database.connection.runAndReadAll(`SELECT ${literal("it's")} AS ${identifier('a"b')}`);
  expect([result.columnNames(), result.getRowsJson()]).toEqual([['a"b'], [["it's"]]]);
});
