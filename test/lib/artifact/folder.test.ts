import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readArtifactFolder } from '#lib/artifact/folder.ts';
import { UserError } from '#registry/error.ts';
import { type ArtifactOptions, makeRepository } from '../../fixtures/repository.ts';

const sha = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');

function folderOf(candidate: ArtifactOptions = {}): string {
  return makeRepository({ count: 1, candidate }).path('candidate');
}

/** The digest by its definition: sha256 over the sorted `<sha256>  <path>` lines. */
function digestOf(folder: string, which: (file: string) => boolean): string {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  const lines = files
    .filter(which)
    .toSorted()
    .map((file) => `${sha(readFileSync(join(folder, file)))}  ${file}\n`);
  return sha(lines.join(''));
}

async function refusal(folder: string): Promise<UserError> {
  const error: unknown = await readArtifactFolder(folder, 'the candidate').then(
    () => 'it was read',
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`a UserError was expected, not ${String(error)}`);
}

describe('the folder of an artifact', () => {
  it('is read with its digests, sizes and fitted tables', async () => {
    const folder = folderOf({ files: { 'state/city_rates.parquet': 'PAR1', 'state/a.parquet': 'x' } });
    const artifact = await readArtifactFolder(folder, 'the candidate');
    expect(artifact.description).toMatchObject({ model: 'shop', task: 'binary_classification', threshold: 0.5 });
    expect(artifact.digest).toBe(digestOf(folder, () => true));
    expect(artifact.featuresDigest).toBe(
      digestOf(folder, (file) => file === 'features.sql' || file.startsWith('state/')),
    );
    expect(artifact.state).toEqual({
      a: join(folder, 'state/a.parquet'),
      city_rates: join(folder, 'state/city_rates.parquet'),
    });
    const bytes = (file: string) => readFileSync(join(folder, file)).length;
    expect(artifact.modelBytes).toBe(bytes('model.onnx'));
    expect(artifact.bytes).toBe(bytes('model.onnx') + bytes('artifact.json') + bytes('features.sql') + 5);
    expect(artifact.sketch).toBeNull();
  });

  it('has the same digest wherever it lies, and another one when a byte, a name or a file changes', async () => {
    const digest = async (options: ArtifactOptions) => (await readArtifactFolder(folderOf(options), 'it')).digest;
    const plain = await digest({});
    expect(await digest({})).toBe(plain);
    const others = [
      await digest({ features: 'SELECT row_id, amount, visits\nFROM source \n' }),
      await digest({ artifact: { threshold: 0.25 } }),
      await digest({ files: { 'state/a.parquet': 'x' } }),
      await digest({ files: { 'state/b.parquet': 'x' } }),
    ];
    expect(new Set([plain, ...others]).size).toBe(5);
  });

  it.each([
    ['train.py', 'holds "train.py", which is no part of an artifact'],
    ['state/Rates.parquet', '"state/Rates.parquet"'],
    ['state/deep/a.parquet', '"state/deep/a.parquet"'],
    ['weights.bin', '"weights.bin"'],
    ['.env', '".env"'],
    ['state/\u202Egpj.parquet', 'no part of an artifact'],
  ])('is refused with the further file %s', async (name, said) => {
    const error = await refusal(folderOf({ files: { [name]: 'x' } }));
    expect(error.message).toContain('the candidate');
    expect(error.message).toContain(said);
  });

  it.each(['model.onnx', 'features.sql', 'artifact.json'])('is refused without %s', async (name) => {
    const folder = folderOf();
    rmSync(join(folder, name));
    expect((await refusal(folder)).message).toContain(`has no ${name}`);
  });

  it('is refused where a link could lead out of it, also to a folder, also in state', async () => {
    for (const [target, name] of [
      ['/etc/passwd', 'model.onnx'],
      ['/etc', 'state'],
      ['../champion/model.onnx', 'model.onnx'],
      ['/nowhere', 'training-ids.parquet'],
    ]) {
      const folder = folderOf();
      rmSync(join(folder, name), { force: true });
      symlinkSync(target, join(folder, name));
      expect((await refusal(folder)).message).toContain(`${join(folder, name)} is neither a file nor a folder`);
    }
    const folder = folderOf();
    mkdirSync(join(folder, 'state'));
    symlinkSync('/etc/passwd', join(folder, 'state/a.parquet'));
    expect((await refusal(folder)).message).toContain('state/a.parquet is neither');
  });

  it.each([
    ['no JSON', '{"schema": ', 'artifact.json'],
    ['a list', '[]', 'artifact.json'],
    ['a key given twice', '{"schema": "tiltyard/artifact/1", "model": "a", "model": "b"}', 'this key is there twice'],
    ['another schema', '{"schema": "tiltyard/artifact/9"}', 'schema'],
  ])('is refused with an artifact.json that is %s', async (_, artifact, said) => {
    const error = await refusal(folderOf({ artifact }));
    expect(error.message).toContain('artifact.json');
    expect(error.message).toContain(said);
  });

  it.each([
    ['an unknown key', { treshold: 0.3 }, 'threshold'],
    ['a threshold beyond 1', { threshold: 1.5 }, 'threshold'],
    ['a threshold as text', { threshold: '0.5' }, 'threshold'],
    ['one class', { classes: ['a'] }, 'classes'],
    [
      'ids that are not there',
      { training: { rows: 1, start: null, end: null, digest: null, ids: 'training-ids.parquet' } },
      'training-ids.parquet',
    ],
    [
      'ids elsewhere',
      { training: { rows: 1, start: null, end: null, digest: null, ids: '../../secrets.parquet' } },
      'ids',
    ],
  ])('is refused with an artifact.json that has %s', async (_, change, said) => {
    const error = await refusal(folderOf({ artifact: change as ArtifactOptions['artifact'] & {} }));
    expect(error.message).toContain('artifact.json');
    expect(`${error.message} ${error.fix}`).toContain(said);
  });
});
