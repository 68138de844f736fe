import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArtifactFolder } from '#lib/artifact/folder.ts';
import { fetchArtifact, pushArtifact, storedFiles } from '#lib/store/artifact.ts';
import { openStore } from '#lib/store/open.ts';
import { makeRepository } from '../../fixtures/repository.ts';
import { refusal, sha256 } from './folder.ts';

const signal = new AbortController().signal;

async function pushed() {
  const repository = makeRepository({ count: 1, candidate: { files: { 'state/rates.parquet': 'PAR1' } } });
  const store = await openStore({ uri: 'file:.tiltyard/store' }, { root: repository.root, env: {}, signal });
  const folder = await readArtifactFolder(repository.path('candidate'), 'the candidate');
  const result = await pushArtifact(store, folder);
  const { digest } = folder;
  const ask = { store, digest, root: repository.root };
  return { repository, store, folder, result, ask, cache: repository.path(`.tiltyard/cache/artifacts/${digest}`) };
}

const contents = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => [path.slice(folder.length + 1), createHash('sha256').update(readFileSync(path)).digest('hex')])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));

describe('an artifact in a store', () => {
  it('is fetched into a cache that is cleared of what killed fetches left, a day later', async () => {
    const { repository, ask, folder } = await pushed();
    const left = ['list-old/list', 'a.part/model.onnx', 'b.part/model.onnx'].map((name) =>
      repository.write(`.tiltyard/cache/artifacts/${name}`, 'half'),
    );
    const long = new Date(Date.now() - 2 * 86_400_000);
    for (const path of left.slice(0, 2)) utimesSync(dirname(path), long, long);
    await fetchArtifact(ask);
    expect(readdirSync(repository.path('.tiltyard/cache/artifacts')).sort()).toEqual(['b.part', folder.digest].sort());
  });

  it('is one object a file and the list of them, whose sha256 is the artifact’s digest', async () => {
    const { repository, store, folder, result } = await pushed();
    const files = contents(repository.path('candidate'));
    const list = files.map(([path, digest]) => `${digest}  ${path}\n`).join('');
    expect(sha256(list)).toBe(folder.digest);
    expect(readdirSync(repository.path('.tiltyard/store')).sort()).toEqual(
      [folder.digest, ...files.map(([, digest]) => digest)].sort(),
    );
    expect(result).toMatchObject({
      digest: folder.digest,
      bytes: folder.bytes,
      uri: `file:.tiltyard/store/${folder.digest}`,
    });
    expect(result.receipts.at(-1)?.key).toBe(folder.digest);
    expect(await storedFiles(store, folder.digest)).toEqual(
      files.map(([path, key]) =>
        expect.objectContaining({ path, key, bytes: readFileSync(repository.path(`candidate/${path}`)).length }),
      ),
    );
    const again = await pushArtifact(store, folder);
    expect(again.receipts.every(({ existed }) => existed)).toBe(true);
  });

  it('is fetched into the cache, and taken from there as long as it is what its digest says', async () => {
    const { repository, store, folder, ask, cache } = await pushed();
    const steps: number[] = [];
    const fetched = await fetchArtifact({ ...ask, bytes: folder.bytes, onBytes: (done) => steps.push(done) });
    expect(fetched).toEqual({ ...folder, path: cache, state: { rates: join(cache, 'state/rates.parquet') } });
    expect(contents(cache)).toEqual(contents(repository.path('candidate')));
    expect(steps.at(-1)).toBe(folder.bytes);

    writeFileSync(join(cache, 'features.sql'), 'SELECT 1');
    expect((await fetchArtifact(ask)).digest).toBe(folder.digest);
    writeFileSync(join(cache, 'more.txt'), '');
    expect((await fetchArtifact(ask)).digest).toBe(folder.digest);
    expect(contents(cache)).toEqual(contents(repository.path('candidate')));

    rmSync(repository.path('.tiltyard/store'), { recursive: true });
    expect((await fetchArtifact(ask)).digest).toBe(folder.digest);
    expect(await store.stat(folder.digest)).toBe(null);
    expect(readdirSync(repository.path('.tiltyard/cache/artifacts'))).toEqual([folder.digest]);
  });

  it('is fetched whole by two at once', async () => {
    const { folder, ask, cache } = await pushed();
    const both = await Promise.all([fetchArtifact(ask), fetchArtifact(ask)]);
    expect(both.map(({ digest, path }) => [digest, path])).toEqual([
      [folder.digest, cache],
      [folder.digest, cache],
    ]);
  });

  it('is refused where a file is missing, damaged or of another size than its manifest says; nothing is left', async () => {
    const { repository, store, folder, ask } = await pushed();
    const size = await refusal(fetchArtifact({ ...ask, bytes: folder.bytes + 1 }));
    expect(size.message).toContain(`has ${folder.bytes} bytes, but its manifest says ${folder.bytes + 1}`);
    const sql = sha256('SELECT row_id, amount, visits\nFROM source\n');
    writeFileSync(repository.path(`.tiltyard/store/${sql}`), 'SELECT row_id, amount, visitz\nFROM source\n');
    expect((await refusal(fetchArtifact(ask))).message).toContain(`${sql} is damaged`);
    await store.remove(sql);
    const missing = await refusal(fetchArtifact(ask));
    expect(missing.message).toContain('but not its file features.sql');
    expect(readdirSync(repository.path('.tiltyard/cache/artifacts'))).toEqual([]);
    await pushArtifact(store, folder);
    expect((await fetchArtifact(ask)).digest).toBe(folder.digest);
  });

  it('is refused where its list leaves the folder, or is none', async () => {
    const { repository, store, ask } = await pushed();
    const key = sha256('x');
    for (const list of [
      `${key}  ../features.sql\n`,
      `${key}  /etc/passwd\n`,
      `${key}  state/../../x.parquet\n`,
      `${key}  state\\x.parquet\n`,
      `${key}  features.sql`,
      `${key} features.sql\n`,
      '',
      '\n',
      'x'.repeat(1_000_001),
    ]) {
      const path = repository.write('list', list);
      const { key: digest } = await store.put(path);
      const error = await refusal(fetchArtifact({ ...ask, digest }));
      expect(error.message).toContain('is not the list of an artifact');
    }
    expect(readdirSync(repository.path('.tiltyard/cache/artifacts'))).toEqual([]);
    await expect(fetchArtifact({ ...ask, digest: '../../x' })).rejects.toThrow('sha256');
  });

  it('is not said to be there where its files changed after they were read', async () => {
    const { repository, store } = await pushed();
    const folder = await readArtifactFolder(repository.path('champion'), 'the champion');
    repository.write('champion/features.sql', 'SELECT 1 AS changed');
    const error = await refusal(pushArtifact(store, folder));
    expect(error.message).toContain('champion/features.sql changed while it was uploaded');
    expect(await store.stat(folder.digest)).toBe(null);
  });
});
