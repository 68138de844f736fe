import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { all, refusal, sha256, workspace } from './folder.ts';

const HELLO = sha256('hello');

describe('a store in a folder', () => {
  it('keeps a file under its sha256, and gives it back', async () => {
    const space = workspace();
    const store = await space.open({ uri: 'file:the store/' });
    expect([await store.stat(HELLO), await store.verify(HELLO), await all(store.list())]).toEqual([
      null,
      'missing',
      [],
    ]);
    const { path } = space.file('a', 'hello');
    const steps: number[][] = [];
    const onBytes = (...step: number[]) => steps.push(step);
    const receipt = await store.put(path, { onBytes });
    const object = { key: HELLO, bytes: 5 };
    expect(receipt).toEqual({ ...object, existed: false, repaired: false });
    expect(steps).toEqual([
      [5, 10],
      [10, 10],
    ]);
    expect(store.uri).toBe('file:the store');
    expect(space.names('the store')).toEqual([HELLO]);
    expect(space.read(`the store/${HELLO}`)).toBe('hello');
    expect([await store.stat(HELLO), await store.verify(HELLO)]).toEqual([
      { ...object, modified: expect.any(Date) },
      'intact',
    ]);
    expect(await all(store.list())).toEqual([{ ...object, modified: expect.any(Date) }]);

    expect(await store.get(HELLO, space.path('deep/b'))).toEqual({ key: HELLO, bytes: 5 });
    expect(space.read('deep/b')).toBe('hello');
    await store.remove(HELLO);
    await store.remove(HELLO);
    expect(await store.stat(HELLO)).toBe(null);
    const missing = await refusal(store.get(HELLO, space.path('c')));
    expect(missing.message).toContain(`has no object ${HELLO}`);
    expect(existsSync(space.path('c'))).toBe(false);
  });

  it('lies where the settings say: below the root, or at an absolute path', async () => {
    const space = workspace();
    const { path } = space.file('a', '');
    for (const [uri, folder] of [
      ['file:.tiltyard/store', '.tiltyard/store'],
      [`file:${space.path('one')}`, 'one'],
      [`file://${encodeURI(space.path('two'))}`, 'two'],
    ] as const) {
      await (await space.open({ uri })).put(path);
      expect(space.names(folder)).toEqual([sha256('')]);
    }
    const elsewhere = await refusal(space.open({ uri: 'file://host/store' }));
    expect(elsewhere.message).toContain('no folder of this machine');
  });

  it('writes once: an object that is there stays the same file, and is as new as now', async () => {
    const space = workspace();
    const store = await space.open({ uri: 'file:store' });
    const { path } = space.file('a', 'hello');
    await store.put(path);
    const old = new Date('2020-01-01');
    utimesSync(space.path(`store/${HELLO}`), old, old);
    const receipt = await store.put(path);
    expect(receipt).toEqual({ key: HELLO, bytes: 5, existed: true, repaired: false });
    const [object] = await all(store.list());
    expect(object?.modified.getTime()).toBeGreaterThan(old.getTime() + 1e6);
  });

  it('notices a changed byte on every read, and replaces the object where the right bytes are put', async () => {
    const space = workspace();
    const store = await space.open({ uri: 'file:store' });
    const { path } = space.file('a', 'hello');
    await store.put(path);
    for (const damage of ['hellp', 'hell', 'hello, and more', '']) {
      writeFileSync(space.path(`store/${HELLO}`), damage);
      expect(await store.verify(HELLO)).toBe('damaged');
      const error = await refusal(store.get(HELLO, space.path('b')));
      expect(error.message).toContain('is damaged');
      expect(error.fix).toContain('again');
      expect(space.names()).toEqual(['a', 'store']);
      expect(await store.put(path)).toEqual({ key: HELLO, bytes: 5, existed: true, repaired: true });
      expect(space.read(`store/${HELLO}`)).toBe('hello');
    }
  });

  it('takes the same file from twenty writers at once: one wrote it', async () => {
    const space = workspace();
    const store = await space.open({ uri: 'file:store' });
    const { path, key } = space.file('a', 3_000_000);
    const receipts = await Promise.all(Array.from({ length: 20 }, () => store.put(path)));
    expect(receipts.filter(({ existed }) => !existed)).toHaveLength(1);
    expect(receipts.every((receipt) => receipt.key === key && !receipt.repaired)).toBe(true);
    expect(space.names('store')).toEqual([key]);
  });

  it('leaves nothing of an interrupted write or read', async () => {
    const space = workspace();
    const interrupt = new AbortController();
    const store = await space.open({ uri: 'file:store' }, { signal: interrupt.signal });
    const { path, key } = space.file('a', 3_000_000);
    const reason = new Error('enough');
    await expect(store.put(path, { onBytes: () => interrupt.abort(reason) })).rejects.toBe(reason);
    expect(space.names('store')).toEqual([]);

    await (await space.open({ uri: 'file:store' })).put(path);
    const again = new AbortController();
    const reader = await space.open({ uri: 'file:store' }, { signal: again.signal });
    const read = reader.get(key, space.path('b'), { onBytes: () => again.abort(reason) });
    await expect(read).rejects.toBe(reason);
    expect(space.names()).toEqual(['a', 'store']);
  });

  it('shows nothing of a write whose process is killed, at whatever moment', async () => {
    const space = workspace();
    const store = await space.open({ uri: 'file:store' });
    const { path, key } = space.file('a', 60_000_000);
    const program = fileURLToPath(new URL('./put-file.ts', import.meta.url));
    for (const milliseconds of [120, 160, 200, 240, 280, 320]) {
      const args = [program, `file:${space.path('store')}`, '', path];
      const child = spawn(process.execPath, args, { stdio: 'ignore' });
      await Promise.race([setTimeout(milliseconds), once(child, 'exit')]);
      child.kill('SIGKILL');
      expect(await store.verify(key)).not.toBe('damaged');
      await store.remove(key);
    }
    expect(await store.put(path)).toEqual({ key, bytes: 60_000_000, existed: false, repaired: false });
    await store.sweep(new Date(Date.now() + 60_000));
    expect(space.names('store')).toEqual([key]);
  });

  it('sweeps what a killed write left, once it is old, and passes over files that are none of its own', async () => {
    const space = workspace();
    const store = await space.open({ uri: 'file:store' });
    expect(await store.sweep(new Date())).toBe(0);
    await store.put(space.file('a', 'hello').path);
    const part = `.${crypto.randomUUID()}.part`;
    for (const name of [part, 'README.md', '.other.part']) space.file(`store/${name}`, 'half');
    mkdirSync(space.path(`store/${'0'.repeat(64)}`));
    expect(await store.sweep(new Date(Date.now() - 60_000))).toBe(0);
    expect(await store.sweep(new Date(Date.now() + 60_000))).toBe(1);
    expect(space.names('store')).toEqual(['.other.part', '0'.repeat(64), HELLO, 'README.md']);
    expect((await all(store.list())).map(({ key }) => key)).toEqual([HELLO]);
  });

  it('refuses places that can’t be written or read, and names that are no digest', async () => {
    const space = workspace();
    space.file('a', 'hello');
    const inFile = await space.open({ uri: 'file:a/store' });
    const write = await refusal(inFile.put(space.path('a')));
    expect(write.message).toContain('a/store');
    const gone = await refusal((await space.open({ uri: 'file:store' })).put(space.path('not there')));
    expect(gone.message).toContain('not there');
    const store = await space.open({ uri: 'file:store' });
    for (const key of ['../a', 'a', `${HELLO}/../../a`, HELLO.toUpperCase()]) {
      await expect(store.stat(key)).rejects.toThrow('sha256');
      await expect(store.get(key, space.path('b'))).rejects.toThrow('sha256');
      await expect(store.remove(key)).rejects.toThrow('sha256');
    }
    expect(space.names()).toEqual(['a']);
  });
});
