import { appendFileSync, readdirSync, readFileSync, utimesSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { locate } from '#lib/data/files.ts';
import { fetchData } from '#lib/store/fetch-data.ts';
import { runCommandLine } from '../../../actions/cli/command-line.ts';
import { makeRepository } from '../../fixtures/repository.ts';
import { measure, run } from '../../fixtures/run.ts';
import { testWorld } from '../../fixtures/world.ts';
import { type Bucket, makeBucket } from './bucket.ts';
import { refusal } from './folder.ts';

const ENV = { AWS_ACCESS_KEY_ID: 'anybody', AWS_SECRET_ACCESS_KEY: 'anything' };
let bucket: Bucket;
let stop: () => Promise<void>;
beforeAll(async () => {
  const server = await startFauxqs({ port: 0, logger: false });
  stop = () => server.stop();
  bucket = await makeBucket(server.port, ENV);
});
beforeEach(() => {
  bucket.proxy.fault = () => null;
  bucket.proxy.requests.length = 0;
});
afterAll(async () => {
  await bucket.stop();
  await stop();
});

function repositoryOf(uri: string) {
  const repository = makeRepository({ count: 200, edit: (model) => (model.data.benchmark.uri = uri) });
  repository.write('tiltyard.yaml', `store: { uri: "s3://other", endpoint: "${bucket.proxy.endpoint}" }\n`);
  return repository;
}
const gets = () => bucket.proxy.requests.filter(({ line }) => line.startsWith('GET') && !line.includes('list-type'));

describe('data in a bucket', () => {
  it('are fetched once, and evaluated as if they lay here', async () => {
    const uri = `s3://${bucket.name}/shop/benchmark.csv`;
    const repository = repositoryOf(uri);
    await bucket.write('shop/benchmark.csv', readFileSync(repository.path('data/benchmark.csv')));
    const world = () => testWorld(repository.root, ENV);
    const local = await measure(repository, { more: ['--benchmark', 'data/benchmark.csv'] });
    const remote = await measure(repository, { world: world() });
    expect(remote.evidence.benchmark).toEqual(local.evidence.benchmark);
    expect(remote.evidence.comparisons).toEqual(local.evidence.comparisons);
    expect(gets()).toHaveLength(1);
    await measure(repository, { world: world() });
    expect(gets()).toHaveLength(1);

    // Whatever else was put where the copy lies is not taken for it.
    const copy = repository.path(`.tiltyard/cache/data/s3/${bucket.name}/shop/benchmark.csv`);
    appendFileSync(copy, 'another,row\n');
    expect((await measure(repository, { world: world() })).evidence.benchmark).toEqual(remote.evidence.benchmark);
    utimesSync(copy, new Date(), new Date());
    await measure(repository, { world: world() });
    expect(gets()).toHaveLength(3);

    // A pin notices an object that somebody replaced.
    const pin = ['pin', '--model', 'shop', '--data', 'benchmark', '--root', repository.root];
    expect(await runCommandLine(pin, { pin: () => import('../../../actions/cli/pin.ts') }, world())).toBe(0);
    expect(readFileSync(repository.path('models/shop/data.lock.yaml'), 'utf8')).toContain(`uri: ${uri}`);
    await bucket.write('shop/benchmark.csv', `${readFileSync(copy, 'utf8').split('\n').slice(0, -2).join('\n')}\n`);
    const replaced = await run(repository, { world: world() });
    expect([replaced.status, replaced.errors]).toEqual([
      3,
      expect.stringContaining('is not what models/shop/data.lock'),
    ]);

    bucket.proxy.fault = () => ({ kind: 'answer', status: 404, code: 'NoSuchBucket' });
    const refused = await run(repository, { world: world() });
    expect([refused.status, refused.errors]).toEqual([3, expect.stringContaining(`there is no bucket ${bucket.name}`)]);
  });

  it('that a glob names are all there, and none that is gone', async () => {
    const repository = repositoryOf('data/benchmark.csv');
    const world = testWorld(repository.root, ENV);
    for (const name of ['1.csv', '2.csv', 'deep/3.csv', '4.parquet']) await bucket.write(`daily/${name}`, `of ${name}`);
    const found = async (pattern: string) => {
      const uri = `s3://${bucket.name}/${pattern}`;
      await fetchData(uri, repository.root, world);
      return locate(uri, { root: repository.root }).files.map((file) => readFileSync(file, 'utf8'));
    };
    expect(await found('daily/*.csv')).toEqual(['of 1.csv', 'of 2.csv']);
    expect(await found('daily/**/*.csv')).toEqual(['of 1.csv', 'of 2.csv', 'of deep/3.csv']);
    expect(await found('daily/4.parquet')).toEqual(['of 4.parquet']);
    await bucket.remove('daily/1.csv');
    await bucket.write('daily/2.csv', 'anew');
    expect(await found('daily/*.csv')).toEqual(['anew']);
    bucket.proxy.fault = (line) => (line.includes('list-type') ? null : { kind: 'cut', side: 'down', after: 2 });
    await bucket.write('daily/5.csv', 'cut off twice a letter');
    expect(await found('daily/5.csv')).toEqual(['cut off twice a letter']);
  });

  it('are refused where there are none, or their keys are no paths', async () => {
    const { root } = repositoryOf('data/benchmark.csv');
    const world = testWorld(root, ENV);
    for (const name of ['../up.csv', 'a//b.csv', './c.csv', 'd\\e.csv']) await bucket.write(`bad/${name}`, 'x');
    const cases: [string, string][] = [
      [`s3://${bucket.name}/none/*.csv`, 'no object matches'],
      [`s3://${bucket.name}/`, 'names no object'],
      [`s3://${bucket.name}`, 'names no object'],
      ['s3://a b/c.csv', 'names no bucket'],
      [`s3://${bucket.name}/bad/**`, 'no path of a file'],
      [`s3://${bucket.name}/bad/../up.csv`, 'no path of a file'],
    ];
    for (const [uri, message] of cases) {
      expect((await refusal(fetchData(uri, root, world))).message).toContain(message);
    }
    await fetchData('https://elsewhere/x.csv', root, world);
    expect(readdirSync(root)).not.toContain('.tiltyard');
  });
});
