import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Bucket, type Keys, makeBucket, PART } from './bucket.ts';
import type { Fault } from './faulty-proxy.ts';
import { all, refusal, sha256, workspace } from './folder.ts';

/** What holds for a store in a bucket of any S3 server, also when the line to it is bad. */
export function storeMatrix(
  { server, listsUploads }: { server: string; listsUploads: boolean },
  start: () => Promise<{ port: number; env: Keys; stop: () => Promise<void> }>,
  more: (bucket: () => Bucket) => void = () => {},
): void {
  let bucket: Bucket;
  let stop: () => Promise<void>;
  const space = workspace();

  beforeAll(async () => {
    const running = await start();
    stop = running.stop;
    bucket = await makeBucket(running.port, running.env);
  });
  beforeEach(() => {
    bucket.proxy.fault = () => null;
    bucket.proxy.requests.length = 0;
  });
  afterAll(async () => {
    await bucket.stop();
    await stop();
  });

  let count = 0;
  /** A file that no test wrote before. */
  const fresh = (size = 1_000) => space.file(`file ${++count}`, size);
  const sent = (pattern: RegExp) => bucket.proxy.requests.filter(({ line }) => pattern.test(line));
  const at = (key: string) => `team/models/${key}`;
  /** Hurts the first requests that match. */
  const hurt = (pattern: RegExp, fault: Fault, times = Number.POSITIVE_INFINITY) => {
    let left = times;
    bucket.proxy.fault = (line) => (pattern.test(line) && left-- > 0 ? fault : null);
  };
  /** Every upload in parts that was begun has ended. */
  const noUploadsLeft = async () => {
    expect(sent(/^DELETE .*uploadId=/).length).toBe(sent(/^POST .*\?uploads/).length);
    if (listsUploads) expect(await bucket.uploads()).toEqual([]);
  };
  const part = /^PUT .*partNumber=/;

  describe(`a store in a bucket of ${server}`, () => {
    it.each([
      ['empty', 0],
      ['of one byte', 1],
      ['as large as a part', PART],
      ['of a part and a byte', PART + 1],
      ['of several parts', 2 * PART + 12_345],
    ])('keeps a file %s under its sha256, and gives it back', async (_, size) => {
      const store = bucket.store();
      const { path, key } = size === 0 ? space.file(`file ${++count}`, '') : fresh(size);
      expect([await store.stat(key), await store.verify(key)]).toEqual([null, 'missing']);
      const steps: number[] = [];
      const receipt = await store.put(path, { onBytes: (done) => steps.push(done) });
      expect(receipt).toEqual({ key, bytes: size, existed: false, repaired: false });
      expect(steps.at(-1) ?? 0).toBe(2 * size);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      expect(await store.put(path)).toEqual({ key, bytes: size, existed: true, repaired: false });
      expect(await store.stat(key)).toEqual({ key, bytes: size, modified: expect.any(Date) });
      expect(await all(store.list())).toContainEqual({ key, bytes: size, modified: expect.any(Date) });
      const copy = space.path(`copies/${key}`);
      expect(await store.get(key, copy)).toEqual({ key, bytes: size });
      expect(readFileSync(copy).equals(readFileSync(path))).toBe(true);
      expect(await bucket.names()).toContain(at(key));
      await noUploadsLeft();
      await store.remove(key);
      await store.remove(key);
      expect([await store.stat(key), (await bucket.names()).includes(at(key))]).toEqual([null, false]);
    });

    it('lists its own objects alone', async () => {
      const store = bucket.store({}, 'own');
      const { path, key } = fresh();
      await store.put(path);
      for (const name of [`own/${key}.txt`, `own/deep/${key}`, `owner/${key}`, key]) await bucket.write(name, 'x');
      expect((await all(store.list())).map((object) => object.key)).toEqual([key]);
      expect((await all(bucket.store({}, '').list())).map((object) => object.key)).toEqual([key]);
    });

    it('notices bytes that changed where they lie, and replaces them where the right ones are put', async () => {
      const store = bucket.store();
      for (const size of [1_000, PART + 1]) {
        const { path, key } = fresh(size);
        await store.put(path);
        for (const damage of ['', 'x', Buffer.alloc(size), Buffer.alloc(size + 1)]) {
          await bucket.write(at(key), damage);
          expect(await store.verify(key)).toBe('damaged');
          const error = await refusal(store.get(key, space.path('copy')));
          expect(error.message).toContain('is damaged');
          expect(space.names()).not.toContain('copy');
          expect(await store.put(path)).toEqual({ key, bytes: size, existed: true, repaired: true });
          expect(await store.verify(key)).toBe('intact');
        }
      }
    });

    it('lets a byte that flips on the way there or back do no harm', async () => {
      const store = bucket.store();
      for (const size of [1_000, PART + 1_000]) {
        const { path, key } = fresh(size);
        hurt(/^PUT/, { kind: 'flip', side: 'up', at: 500 }, 1);
        const outcome = await store.put(path).catch((error: unknown) => error);
        // A server that checks what it gets refuses it; of one that doesn't it is read back, and sent again.
        if (outcome instanceof Error) expect(await store.stat(key)).toBe(null);
        bucket.proxy.fault = () => null;
        await store.put(path);
        expect(await store.verify(key)).toBe('intact');
        hurt(/^GET/, { kind: 'flip', side: 'down', at: 500 }, 1);
        expect(await store.get(key, space.path('copy'))).toEqual({ key, bytes: size });
        hurt(/^GET/, { kind: 'flip', side: 'down', at: 500 });
        expect((await refusal(store.get(key, space.path('other')))).message).toContain('is damaged');
        expect(space.names()).not.toContain('other');
      }
    });

    it('goes on reading where the connection broke', async () => {
      const store = bucket.store();
      const { path, key } = fresh(PART);
      await store.put(path);
      bucket.proxy.requests.length = 0;
      hurt(/^GET/, { kind: 'cut', side: 'down', after: 2_000_000 }, 2);
      expect(await store.get(key, space.path('copy'))).toEqual({ key, bytes: PART });
      const ranges = sent(/^GET/).map(({ headers }) => headers.range);
      expect(ranges).toEqual([undefined, expect.stringMatching(/^bytes=\d+-$/), expect.stringMatching(/^bytes=\d+-$/)]);
    });

    it('sends again what a broken connection lost, also where only the answer was', async () => {
      const store = bucket.store();
      const faults: Fault[] = [{ kind: 'cut', side: 'up', after: 100 }, { kind: 'deaf' }];
      for (const fault of faults) {
        for (const [size, pattern] of [
          [1_000, /^PUT/],
          [2 * PART, part],
          [2 * PART, /^POST .*uploadId=/],
        ] as const) {
          const { path, key } = fresh(size);
          hurt(pattern, fault, 1);
          expect(await store.put(path)).toMatchObject({ key, bytes: size, repaired: false });
          expect(await bucket.names()).toContain(at(key));
        }
      }
      await noUploadsLeft();
    });

    it('gives up a connection that stands still or never holds, and leaves nothing', async () => {
      const store = bucket.store({ stall: 300 });
      const { path, key } = fresh(2 * PART);
      const other = fresh(PART);
      await store.put(other.path);
      const faults: [RegExp, Fault][] = [
        [part, { kind: 'stall', side: 'up', after: 100_000 }],
        [part, { kind: 'cut', side: 'up', after: 100_000 }],
        [/^GET/, { kind: 'stall', side: 'down', after: 0 }],
        [/^GET/, { kind: 'cut', side: 'down', after: 0 }],
      ];
      for (const [pattern, fault] of faults) {
        hurt(pattern, fault);
        const work = pattern === part ? store.put(path) : store.get(other.key, space.path('given up'));
        expect((await refusal(work)).message).toContain('broke or stood still');
        bucket.proxy.fault = () => null;
        expect([space.names().includes('given up'), await store.stat(key)]).toEqual([false, null]);
        await noUploadsLeft();
      }
    });

    it('waits for a connection that is slow, but moves', async () => {
      const { path, key } = fresh(300_000);
      hurt(/^PUT/, { kind: 'slow', side: 'up', bytesPerSecond: 300_000 });
      await bucket.store({ stall: 2_000 }).put(path);
      hurt(/^GET/, { kind: 'slow', side: 'down', bytesPerSecond: 300_000 });
      // Longer as a whole than what counts as standing still.
      const store = bucket.store({ stall: 600 });
      expect(await store.get(key, space.path('slow copy'))).toEqual({ key, bytes: 300_000 });
    });

    it('leaves nothing of an upload or a download that is interrupted', async () => {
      const { path, key } = fresh(4 * PART);
      const other = fresh(PART);
      await bucket.store().put(other.path);
      const reason = new Error('enough');
      const up = new AbortController();
      await expect(bucket.store({ signal: up.signal }).put(path, { onBytes: () => up.abort(reason) })).rejects.toBe(
        reason,
      );
      await noUploadsLeft();
      expect(sent(part).length).toBeGreaterThan(0);
      expect(await bucket.names()).not.toContain(at(key));
      const down = new AbortController();
      const store = bucket.store({ signal: down.signal });
      const work = store.get(other.key, space.path('copy'), { onBytes: () => down.abort(reason) });
      await expect(work).rejects.toBe(reason);
      expect(space.names().some((name) => name.startsWith('copy.'))).toBe(false);
    });

    it('makes an object as new as now without changing it', async () => {
      const backend = bucket.backend();
      const store = bucket.store();
      const { path, key } = fresh();
      await store.put(path);
      const before = await store.stat(key);
      if (before === null) throw new Error('it is not there');
      await new Promise((resolve) => setTimeout(resolve, 1_100));
      await backend.touch({ ...before, modified: new Date(0) });
      const after = await store.stat(key);
      expect(after?.modified.getTime()).toBeGreaterThan(before.modified.getTime());
      expect(await store.verify(key)).toBe('intact');
    });

    it('tells of a bucket that is not there, and of files that are not', async () => {
      const { path, key } = fresh();
      const nowhere = bucket.store();
      hurt(/./, { kind: 'answer', status: 404, code: 'NoSuchBucket' });
      const get = () => nowhere.get(key, space.path('copy'));
      for (const work of [() => nowhere.stat(key), () => nowhere.put(path), get, () => all(nowhere.list())]) {
        const error = await refusal(work());
        expect(error.message).toContain(`there is no bucket ${bucket.name} at ${bucket.proxy.endpoint}`);
        expect(error.fix).toContain('tiltyard.yaml');
      }
      bucket.proxy.fault = () => null;
      const absent = await refusal(bucket.store().get(sha256('nobody wrote this'), space.path('copy')));
      expect(absent.message).toContain('has no object');
    });

    more(() => bucket);
  });
}
