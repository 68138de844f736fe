import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { refusal, workspace } from '../lib/store/folder.ts';
import { mountDisk, unmountDisk } from './disk.ts';

const space = workspace();
const disk = space.path('disk');

beforeAll(() => mountDisk(disk, 1));
afterAll(() => unmountDisk(disk));

it('a full disk is the user’s to mend, and nothing half-written is left on it', async () => {
  const small = space.file('small', 300_000);
  const large = space.file('large', 3_000_000);
  const store = await space.open({ uri: 'file:disk/store' });
  await store.put(small.path);
  for (let tries = 0; tries < 3; tries++) {
    const error = await refusal(store.put(large.path));
    expect(error.message).toMatch(/disk.store can't be written: ENOSPC/);
    expect(error.fix).toContain('Free some space');
    expect(readdirSync(space.path('disk/store'))).toEqual([small.key]);
  }
  const elsewhere = await space.open({ uri: 'file:store' });
  await elsewhere.put(large.path);
  const error = await refusal(elsewhere.get(large.key, space.path('disk/copies/large')));
  expect([error.message, error.fix]).toEqual([
    expect.stringContaining('ENOSPC'),
    expect.stringContaining('Free some space'),
  ]);
  expect(readdirSync(space.path('disk/copies'))).toEqual([]);
  // What fits still does.
  expect(await elsewhere.put(small.path)).toMatchObject({ existed: false });
  expect(await store.get(small.key, space.path('disk/copies/small'))).toEqual({ key: small.key, bytes: 300_000 });
});
