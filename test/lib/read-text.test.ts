import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadDataLock } from '#lib/load-data-lock.ts';
import { loadSettings } from '#lib/load-settings.ts';
import { readTextIfThere } from '#lib/read-text.ts';
import { readChannels } from '#lib/registry/working-tree.ts';

const root = mkdtempSync(join(tmpdir(), 'tiltyard-read-text-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('readTextIfThere', () => {
  it('reads a text as it is, with its byte order mark and line endings', async () => {
    const path = join(root, 'a.yaml');
    writeFileSync(path, '\uFEFFa: größe\r\n');
    expect(await readTextIfThere(path, 'a.yaml')).toBe('\uFEFFa: größe\r\n');
  });

  it('gives null only where there is no file', async () => {
    expect(await readTextIfThere(join(root, 'none.yaml'), 'none.yaml')).toBe(null);
    writeFileSync(join(root, 'file'), '');
    expect(await readTextIfThere(join(root, 'file', 'none.yaml'), 'none.yaml')).toBe(null);
  });

  it('refuses what is there and can’t be read', async () => {
    await expect(readTextIfThere(root, 'the folder')).rejects.toThrow("the folder can't be read: it is a folder");
    symlinkSync('loop', join(root, 'loop'));
    await expect(readTextIfThere(join(root, 'loop'), 'loop')).rejects.toThrow("loop can't be read: ELOOP");
  });

  it('refuses bytes that would be written back as others', async () => {
    writeFileSync(join(root, 'latin'), Buffer.from('champion: 1.0.0 # na\xEFve\n', 'latin1'));
    await expect(readTextIfThere(join(root, 'latin'), 'latin')).rejects.toThrow('latin is no text in UTF-8');
  });
});

describe('a document that is there and can’t be read', () => {
  it.each([
    ['registry/shop/channels.yaml', async () => readChannels(root, 'shop')],
    ['models/shop/data.lock.yaml', async () => loadDataLock(root, 'shop')],
    ['tiltyard.yaml', async () => loadSettings(root)],
  ])('is not taken for an empty one: %s', async (path, read) => {
    await expect(read()).resolves.toBeDefined();
    mkdirSync(join(root, path), { recursive: true });
    await expect(read()).rejects.toThrow(`${path} can't be read: it is a folder`);
  });
});
