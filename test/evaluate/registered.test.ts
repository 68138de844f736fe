import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readArtifactFolder } from '#lib/artifact/folder.ts';
import { makeRepository, type Repository } from '../fixtures/repository.ts';
import { measure, run } from '../fixtures/run.ts';
import { versionDocument } from '../fixtures/version.ts';

/** Registers a folder of the repository as a version. */
async function register(repository: Repository, version: string, folder: string, digest?: string): Promise<string> {
  const artifact = await readArtifactFolder(repository.path(folder), 'the version');
  repository.write(
    `registry/shop/versions/${version}.yaml`,
    stringify(
      versionDocument(version, (manifest) => {
        Object.assign(manifest.artifact, { digest: digest ?? artifact.digest, uri: folder, bytes: artifact.bytes });
      }),
      { aliasDuplicateObjects: false },
    ),
  );
  return artifact.digest;
}

describe('registered versions', () => {
  it('are named by their number, and the champion by channels.yaml', async () => {
    const repository = makeRepository({ count: 300 });
    const candidate = await register(repository, '1.2.0', 'candidate');
    const champion = await register(repository, '1.1.0', 'champion');
    repository.write('registry/shop/channels.yaml', 'champion: 1.1.0\n');
    const { evidence, status } = await measure(repository, { candidate: '1.2.0', champion: null });
    expect(status).toBe(0);
    expect(evidence.candidate).toMatchObject({ version: '1.2.0', digest: candidate });
    expect(evidence.champion).toMatchObject({ version: '1.1.0', digest: champion });
    const itself = await run(repository, { candidate: '1.1.0', champion: null });
    expect([itself.status, itself.errors]).toEqual([
      3,
      expect.stringContaining('the candidate is the champion itself'),
    ]);
  });

  it('are refused where the artifact is not what was registered, or the number is not known', async () => {
    const repository = makeRepository({ count: 50 });
    await register(repository, '1.0.0', 'champion');
    await register(repository, '1.1.0', 'champion', '0'.repeat(64));
    repository.write('registry/shop/channels.yaml', 'champion: 1.1.0\n');
    const changed = await run(repository, { champion: null });
    expect([changed.status, changed.wrote]).toEqual([3, []]);
    expect(changed.errors).toContain('the champion 1.1.0 has the digest');
    expect(changed.errors).toContain('changed after it was registered');
    const unknown = await run(repository, { candidate: '1.0.1' });
    expect([unknown.status, unknown.wrote]).toEqual([3, []]);
    expect(unknown.errors).toContain('does not have version 1.0.1');
    expect(unknown.errors).toContain('Choose one of 1.0.0, 1.1.0.');
  });

  it('count how many candidates this benchmark has judged already, each once', async () => {
    const repository = makeRepository({ count: 300 });
    const { text, evidence } = await measure(repository);
    const add = (name: string, digest: string, benchmark = evidence.benchmark.digest) => {
      const other = {
        ...evidence,
        candidate: { ...evidence.candidate, digest },
        benchmark: { ...evidence.benchmark, digest: benchmark },
      };
      repository.write(`registry/shop/evidence/evaluation-${name}.json`, JSON.stringify(other));
    };
    repository.write('registry/shop/evidence/evaluation-0.json', text);
    for (let i = 1; i <= 19; i++) add(String(i), i.toString(16).padStart(64, '0'));
    add('same', '1'.padStart(64, '0'));
    add('elsewhere', 'f'.repeat(64), 'e'.repeat(64));
    repository.write('registry/shop/evidence/drift-1.json', '{}');
    const worn = await measure(repository);
    expect(worn.evidence.benchmark.candidates_judged).toBe(20);
    expect(worn.summary).toContain('20');
    expect(worn.summary).toMatch(/judged/);
  });

  it('tell of evidence in the registry that is damaged', async () => {
    const repository = makeRepository({ count: 100 });
    repository.write('registry/shop/evidence/evaluation-cut.json', '{"kind": "eval');
    const { status, errors, wrote } = await run(repository);
    expect([status, wrote]).toEqual([3, []]);
    expect(errors).toContain('registry/shop/evidence/evaluation-cut.json');
  });
});
