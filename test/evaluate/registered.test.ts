import { rmSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { readArtifactFolder } from '#lib/artifact/folder.ts';
import { loadSettings } from '#lib/load-settings.ts';
import { pushArtifact } from '#lib/store/artifact.ts';
import { openStore } from '#lib/store/open.ts';
import type { Version } from '#registry/version.ts';
import { makeRepository, type Repository } from '../fixtures/repository.ts';
import { measure, run } from '../fixtures/run.ts';
import { versionDocument } from '../fixtures/version.ts';
import { testWorld } from '../fixtures/world.ts';
import { makeBucket } from '../lib/store/bucket.ts';

/** Registers a folder of the repository as a version, by way of the store; `edit` changes what its manifest says. */
async function register(
  repository: Repository,
  version: string,
  folder: string,
  edit: (artifact: Version['artifact']) => void = () => {},
  env: Record<string, string> = {},
): Promise<string> {
  const { root } = repository;
  const { store: settings } = await loadSettings(root);
  const store = await openStore(settings, { root, env, signal: new AbortController().signal });
  const artifact = await readArtifactFolder(repository.path(folder), 'the version');
  const { digest, uri, bytes } = await pushArtifact(store, artifact);
  const manifest = versionDocument(version, (document) => {
    Object.assign(document.artifact, { digest, uri, bytes });
    edit(document.artifact);
  });
  repository.write(`registry/shop/versions/${version}.yaml`, stringify(manifest, { aliasDuplicateObjects: false }));
  return digest;
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

  it('are fetched from the store that their manifest names, once', async () => {
    const repository = makeRepository({ count: 100 });
    repository.write('tiltyard.yaml', 'store: { uri: "file:first" }\n');
    await register(repository, '1.0.0', 'champion');
    repository.write('tiltyard.yaml', 'store: { uri: "file:second" }\n');
    await register(repository, '1.1.0', 'candidate');
    for (const folder of ['champion', 'candidate']) rmSync(repository.path(folder), { recursive: true });
    const fetched = await run(repository, { candidate: '1.1.0', champion: '1.0.0' });
    expect([fetched.status, fetched.errors]).toEqual([0, '']);
    expect(fetched.world.steps.join('\n')).toMatch(/fetching 1.1.0: 0.0 of 0.0 MB/);
    for (const store of ['first', 'second']) rmSync(repository.path(store), { recursive: true });
    expect((await run(repository, { candidate: '1.1.0', champion: '1.0.0' })).status).toBe(0);
  });

  it('are fetched from a bucket', async () => {
    const repository = makeRepository({ count: 100 });
    const server = await startFauxqs({ port: 0, logger: false });
    const env = { AWS_ACCESS_KEY_ID: 'anybody', AWS_SECRET_ACCESS_KEY: 'anything' };
    const bucket = await makeBucket(server.port, env);
    const { endpoint } = bucket.proxy;
    repository.write('tiltyard.yaml', `store: { uri: "s3://${bucket.name}/team", endpoint: "${endpoint}" }\n`);
    await register(repository, '1.0.0', 'champion', () => {}, env);
    rmSync(repository.path('champion'), { recursive: true });
    const champion = { champion: '1.0.0', world: testWorld(repository.root, env) };
    expect((await run(repository, champion)).status).toBe(0);
    // Once it is there nobody is asked again.
    bucket.proxy.requests.length = 0;
    expect((await run(repository, champion)).status).toBe(0);
    expect(bucket.proxy.requests).toEqual([]);
    rmSync(repository.path('.tiltyard'), { recursive: true });
    const hurt = { kind: 'answer', status: 403, code: 'SignatureDoesNotMatch' } as const;
    bucket.proxy.fault = () => hurt;
    const refused = await run(repository, { ...champion, world: testWorld(repository.root, env) });
    expect([refused.status, refused.errors]).toEqual([3, expect.stringContaining('does not accept the credentials')]);
    expect(refused.errors).not.toContain(env.AWS_SECRET_ACCESS_KEY);
    await bucket.stop();
    await server.stop();
  });

  it('are refused where the store has another artifact than was registered, or none, or the number is not known', async () => {
    const repository = makeRepository({ count: 50 });
    await register(repository, '1.0.0', 'champion');
    await register(repository, '1.1.0', 'champion', (artifact) => (artifact.bytes += 1));
    await register(repository, '1.2.0', 'champion', (artifact) => {
      artifact.digest = '0'.repeat(64);
      artifact.uri = `file:.tiltyard/store/${artifact.digest}`;
    });
    await register(repository, '1.3.0', 'champion', (artifact) => (artifact.uri = 'champion'));
    await register(repository, '1.4.0', 'champion', (artifact) => (artifact.digest = '0'.repeat(64)));
    const refused: [string, string][] = [
      ['1.1.0', 'but its manifest says'],
      ['1.2.0', `has no object ${'0'.repeat(64)}`],
      ['1.3.0', 'registry/shop/versions/1.3.0.yaml: artifact.uri is champion'],
      ['1.4.0', 'registry/shop/versions/1.4.0.yaml: artifact.uri is file:.tiltyard/store/'],
    ];
    for (const [version, message] of refused) {
      repository.write('registry/shop/channels.yaml', `champion: ${version}\n`);
      const { status, wrote, errors } = await run(repository, { champion: null });
      expect([version, status, wrote]).toEqual([version, 3, []]);
      expect(errors).toContain(message);
    }
    const unknown = await run(repository, { candidate: '1.0.1' });
    expect([unknown.status, unknown.wrote]).toEqual([3, []]);
    expect(unknown.errors).toContain('does not have version 1.0.1');
    expect(unknown.errors).toContain('Choose one of 1.0.0, 1.1.0, 1.2.0, 1.3.0, 1.4.0.');
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
