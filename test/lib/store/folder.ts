import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { openStore } from '#lib/store/open.ts';
import type { Store } from '#lib/store/store.ts';
import { UserError } from '#registry/error.ts';
import type { StoreSettings } from '#registry/settings.ts';

export const sha256 = (content: string | Uint8Array) => createHash('sha256').update(content).digest('hex');

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder to work in that is removed after the test file. */
export interface Workspace {
  root: string;
  path(name: string): string;
  /** Writes a file (random bytes where a size is given). @returns its path and sha256. */
  file(name: string, content: string | Uint8Array | number): { path: string; key: string };
  read(name: string): string;
  names(name?: string): string[];
  open(settings: StoreSettings, more?: { signal?: AbortSignal; env?: Record<string, string> }): Promise<Store>;
}

export function workspace(): Workspace {
  const root = mkdtempSync(join(tmpdir(), 'tiltyard store ü-'));
  folders.push(root);
  const path = (name: string) => join(root, name);
  return {
    root,
    path,
    file(name, content) {
      const bytes = typeof content === 'number' ? randomBytes(content) : content;
      writeFileSync(path(name), bytes);
      return { path: path(name), key: sha256(bytes) };
    },
    read: (name) => readFileSync(path(name), 'utf8'),
    names: (name = '.') => readdirSync(path(name)).sort(),
    open: (settings, more = {}) =>
      openStore(settings, { root, env: more.env ?? {}, signal: more.signal ?? new AbortController().signal }),
  };
}

/** The user's error that something ends with. */
export async function refusal(work: Promise<unknown>): Promise<UserError> {
  const error: unknown = await work.then(
    (value) => `no error, but ${JSON.stringify(value)}`,
    (reason: unknown) => reason,
  );
  if (error instanceof UserError) return error;
  throw new Error(`a UserError was expected, not ${error instanceof Error ? error.stack : String(error)}`);
}

export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
