import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeTogether } from '#lib/write.ts';
import { UserError } from '#registry/error.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tiltyard-write-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});
const at = (name: string) => join(folder, name);

async function refusal(files: Record<string, string | null>): Promise<string> {
  const error: unknown = await writeTogether(files).then(
    () => 'it was written',
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error.message;
  throw new Error(`a UserError was expected, not ${String(error)}`);
}

describe('files that are written together', () => {
  it('replace what was there, make their folders, and leave nothing beside them', async () => {
    writeFileSync(at('a.json'), 'old');
    writeFileSync(at('gone.json'), 'old');
    await writeTogether({
      [at('a.json')]: 'new',
      [at('deep/er/b.md')]: 'text',
      [at('gone.json')]: null,
      [at('never')]: null,
    });
    expect(readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()).toEqual([
      'a.json',
      'deep',
      'deep/er',
      'deep/er/b.md',
    ]);
    expect([readFileSync(at('a.json'), 'utf8'), readFileSync(at('deep/er/b.md'), 'utf8')]).toEqual(['new', 'text']);
  });

  it('are none where one has no place: it is a folder, or lies under a file', async () => {
    mkdirSync(at('folder'));
    writeFileSync(at('file'), 'x');
    expect(await refusal({ [at('a.json')]: 'a', [at('folder')]: 'b' })).toBe(`${at('folder')} is a folder`);
    expect(await refusal({ [at('a.json')]: 'a', [at('file/b.md')]: 'b' })).toContain(
      `${at('file/b.md')} can't be written`,
    );
    expect(await refusal({ [at('a.json')]: 'a', [at(`${'n'.repeat(300)}.md`)]: 'b' })).toContain("can't be written");
    expect(readdirSync(folder).toSorted()).toEqual(['file', 'folder']);
  });

  it('never replace the one that comes last, of which one writer out of many is the first', async () => {
    const write = async (text: string) =>
      writeTogether(
        { [at('v/1.0.0.yaml')]: text, [at(`e/${text}.json`)]: text, [at('e/all.json')]: 'all' },
        at('v/1.0.0.yaml'),
      );
    const writers = Array.from({ length: 20 }, (_, k) => `writer ${k}`);
    const wrote = await Promise.all(writers.map(write));
    expect(wrote.filter(Boolean)).toHaveLength(1);
    expect(readFileSync(at('v/1.0.0.yaml'), 'utf8')).toBe(writers[wrote.indexOf(true)]);
    expect(await write('later')).toBe(false);
    expect(readFileSync(at('v/1.0.0.yaml'), 'utf8')).toBe(writers[wrote.indexOf(true)]);
    expect(readdirSync(at('v'))).toEqual(['1.0.0.yaml']);
    expect(readdirSync(at('e')).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});
