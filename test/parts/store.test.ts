import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { root } from '../contract/source.ts';
import { type Bucket, type Keys, PART } from '../lib/store/bucket.ts';
import { all, refusal, workspace } from '../lib/store/folder.ts';
import { storeMatrix } from '../lib/store/s3-matrix.ts';
import { startRadosGateway } from './rados-gateway.ts';

let env: Keys;
const start = async () => {
  const gateway = await startRadosGateway();
  ({ env } = gateway);
  return gateway;
};

storeMatrix({ server: 'Ceph', listsUploads: true }, start, (bucket) => {
  const space = workspace();
  const at = (key: string) => `team/models/${key}`;
  const sentParts = () =>
    bucket()
      .proxy.requests.filter(({ line }) => line.includes('partNumber='))
      .map(({ line }) => /partNumber=(\d+)/.exec(line)?.[1] ?? '')
      .sort((a, b) => a.localeCompare(b));

  it('lets one of twenty writers make an object; all end with the same one', async () => {
    const { path, key } = space.file('race', 100_000);
    const receipts = await Promise.all(Array.from({ length: 20 }, () => bucket().store().put(path)));
    expect(receipts.filter(({ existed }) => !existed)).toHaveLength(1);
    expect(receipts.every((receipt) => receipt.key === key && !receipt.repaired)).toBe(true);
    expect(await bucket().store().verify(key)).toBe('intact');
  });

  it('ends with one whole object where several write it in parts at once', async () => {
    const { path, key } = space.file('race in parts', 2 * PART + 1);
    // With no wait, each may take up what another is at.
    const receipts = await Promise.all(Array.from({ length: 6 }, () => bucket().store().put(path)));
    expect(receipts.every((receipt) => receipt.key === key)).toBe(true);
    expect([await bucket().store().verify(key), await bucket().uploads()]).toEqual(['intact', []]);
  });

  it('takes up an upload that was killed: sends the parts that are missing or others, and keeps the rest', async () => {
    const store = bucket().store();
    const { path, key } = space.file('left', 3 * PART + 5);
    const bytes = readFileSync(path);
    await bucket().leaveUpload(at(key), { 1: bytes.subarray(0, PART), 2: Buffer.alloc(PART) });
    expect(await store.put(path)).toEqual({ key, bytes: bytes.length, existed: false, repaired: false });
    expect(sentParts()).toEqual(['2', '3', '4']);
    expect(await bucket().uploads()).toEqual([]);
  });

  it('leaves an upload alone that may still be under way; the sweep takes it when it is old', async () => {
    const store = bucket().store();
    const { path, key } = space.file('fresh', 2 * PART);
    await bucket().leaveUpload(at(key), { 1: readFileSync(path).subarray(0, PART) });
    await bucket().store({ idle: 60_000 }).put(path);
    expect(sentParts()).toHaveLength(2);
    expect(await bucket().uploads()).toEqual([at(key)]);
    expect(await store.sweep(new Date(Date.now() - 60_000))).toBe(0);
    expect(
      await bucket()
        .store({}, 'elsewhere')
        .sweep(new Date(Date.now() + 60_000)),
    ).toBe(0);
    expect(await store.sweep(new Date(Date.now() + 60_000))).toBe(1);
    expect(await bucket().uploads()).toEqual([]);
    expect(await store.verify(key)).toBe('intact');
  });

  it('shows nothing of an upload whose process is killed; the next one goes on with it', async () => {
    const megabytes = 2 ** 20;
    const { path, key } = space.file('killed', 80 * megabytes);
    // Slow enough to be killed in the middle, once two of its five parts are there.
    bucket().proxy.fault = (line) =>
      line.includes('partNumber=') && !/partNumber=[12]&?/.test(line)
        ? { kind: 'stall', side: 'up', after: 1_000_000 }
        : null;
    const child = putFile(bucket(), path);
    await until(async () => (await partsThere(bucket(), at(key))) === 2);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(await bucket().names()).not.toContain(at(key));
    expect(await bucket().uploads()).toEqual([at(key)]);

    bucket().proxy.fault = () => null;
    bucket().proxy.requests.length = 0;
    const store = bucket().store({ part: 16 * megabytes });
    expect(await store.put(path)).toEqual({ key, bytes: 80 * megabytes, existed: false, repaired: false });
    expect(sentParts()).toEqual(['3', '4', '5']);
    expect([await store.verify(key), await bucket().uploads()]).toEqual(['intact', []]);
  });

  it('can be killed at any moment: what lies under a key is whole, and the next upload ends well', async () => {
    const { path, key } = space.file('killed often', 40_000_000);
    const store = bucket().store({ part: 16 * 2 ** 20 });
    for (const milliseconds of [250, 400, 550, 700, 850, 1_000]) {
      const child = putFile(bucket(), path);
      await Promise.race([wait(milliseconds), once(child, 'exit')]);
      child.kill('SIGKILL');
      expect(await store.verify(key)).not.toBe('damaged');
      if (await store.stat(key)) await store.remove(key);
    }
    await store.put(path);
    expect(await store.verify(key)).toBe('intact');
    await store.sweep(new Date(Date.now() + 60_000));
    expect(await bucket().uploads()).toEqual([]);
  });

  it('tells wrong credentials, none, and a missing bucket apart', async () => {
    const { path, key } = space.file('refused', 10);
    const cases: [Partial<Keys>, string][] = [
      [{ AWS_SECRET_ACCESS_KEY: 'another-secret' }, 'does not accept the credentials'],
      [{ AWS_ACCESS_KEY_ID: 'ANOTHERKEY' }, 'does not accept the credentials'],
    ];
    for (const [wrong, message] of cases) {
      const store = bucket().store({ env: { ...env, ...wrong } });
      for (const work of [
        () => store.stat(key),
        () => store.put(path),
        () => store.get(key, path),
        () => all(store.list()),
      ]) {
        const error = await refusal(work());
        expect(error.message).toContain(message);
        expect(`${error.message} ${error.fix} ${error.stack}`).not.toContain(env.AWS_SECRET_ACCESS_KEY);
      }
    }
    const { name } = bucket();
    const elsewhere = bucket().storeAt(`s3://not-${name}/team`);
    for (const work of [() => elsewhere.stat(key), () => elsewhere.put(path), () => elsewhere.get(key, path)]) {
      expect((await refusal(work())).message).toContain(`there is no bucket not-${name}`);
    }
  });
});

/** Starts a process that puts a file, through the proxy. */
function putFile(bucket: Bucket, path: string) {
  const args = [
    join(root, 'test/lib/store/put-file.ts'),
    `s3://${bucket.name}/team/models`,
    bucket.proxy.endpoint,
    path,
  ];
  return spawn(process.execPath, args, { cwd: root, env: { ...process.env, ...env }, stdio: 'ignore' });
}

async function partsThere(bucket: Bucket, name: string): Promise<number> {
  return (await bucket.parts(name)).length;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (await condition()) return;
    await wait(100);
  }
  throw new Error('it did not come to that within half a minute');
}
