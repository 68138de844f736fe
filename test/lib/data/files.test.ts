import { relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { locate } from '#lib/data/files.ts';
import { userError, useWorkspace } from './workspace.ts';

const space = useWorkspace();

describe('the files of a uri', () => {
  test('one file, its format by its ending', () => {
    const path = space.write('one/a.csv.gz', '');
    expect(locate('one/a.csv.gz', { root: space.root })).toEqual({ uri: 'one/a.csv.gz', files: [path], format: 'csv' });
  });

  test('a glob with * ** ? and [], sorted by path whatever the order on disk', () => {
    for (const name of ['deep/b/2.parquet', 'deep/a/10.parquet', 'deep/a/1.parquet', 'deep/a/note.txt'])
      space.write(name, '');
    const names = (uri: string) => locate(uri, { root: space.root }).files.map((file) => relative(space.root, file));
    expect(names('deep/**/*.parquet')).toEqual(['deep/a/1.parquet', 'deep/a/10.parquet', 'deep/b/2.parquet']);
    expect(names('deep/a/?.parquet')).toEqual(['deep/a/1.parquet']);
    expect(names('deep/[ab]/[0-9].parquet')).toEqual(['deep/a/1.parquet', 'deep/b/2.parquet']);
  });

  test('an absolute path outside the repository is allowed, climbing out is not', async () => {
    const path = space.write('elsewhere/x.jsonl', '');
    expect(locate(path, { root: `${space.root}/repository` }).files).toEqual([path]);
    const error = await userError(() => locate('../elsewhere/x.jsonl', { root: `${space.root}/repository` }));
    expect(error.message).toContain('leaves the repository');
  });

  test('format: decides over the ending', () => {
    space.write('odd.data', '');
    expect(locate('odd.data', { root: space.root, format: 'jsonl' }).format).toBe('jsonl');
  });

  test.each([
    ['missing.parquet', 'does not exist'],
    ['none/*.parquet', 'no file matches'],
    ['https://bucket/x.parquet', 'not on this machine'],
    ['s3://bucket/x.parquet', 'the data file s3://bucket/x.parquet does not exist'],
    ['s3://../../../../../x.parquet', 'leaves the repository'],
    ['odd.data', "can't be told from its ending"],
    ['one', 'is a folder'],
    ['mixed/*', 'several formats'],
  ])('refused: %s', async (uri, message) => {
    space.write('mixed/a.csv', '');
    space.write('mixed/b.parquet', '');
    space.write('one/a.csv', '');
    space.write('odd.data', '');
    const error = await userError(() => locate(uri, { root: space.root }));
    expect(error.message).toContain(message);
    expect(error.message).toContain(uri);
  });
});
