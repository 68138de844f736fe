import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { link, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { Digest } from '#registry/digest.ts';
import { UserError } from '#registry/error.ts';
import { asPlaceError } from '../write.ts';
import type { Backend } from './store.ts';

/** A file that is not complete yet. */
const PART = /^\.[0-9a-f-]{36}\.part$/;

/** A folder that holds one file per object, called by its key. A file is written beside its place, then gets its name. */
export function folderBackend(uri: string, root: string, signal: AbortSignal): Backend {
  const folder = folderOf(uri, root);
  const pathOf = (key: string) => join(folder, Digest.parse(key));

  return {
    uri,

    async stat(key) {
      const there = await stat(pathOf(key)).catch(nullWhereMissing(folder));
      return there?.isFile() === true ? { key, bytes: there.size, modified: there.mtime } : null;
    },

    async read(key) {
      const there = await stat(pathOf(key)).catch(nullWhereMissing(folder));
      return there === null || !there.isFile() ? null : createReadStream(pathOf(key), { highWaterMark: 1 << 18 });
    },

    async write({ path, key }, { replace, onBytes }) {
      const part = join(folder, `.${randomUUID()}.part`);
      try {
        await mkdir(folder, { recursive: true });
        let done = 0;
        async function* counted(chunks: AsyncIterable<Uint8Array>) {
          for await (const chunk of chunks) {
            yield chunk;
            done += chunk.length;
            onBytes(done);
          }
        }
        await pipeline(createReadStream(path), counted, createWriteStream(part, { flush: true }), { signal });
        const appeared = await appear(part, pathOf(key), replace);
        await flush(folder);
        return appeared;
      } catch (error) {
        signal.throwIfAborted();
        throw asPlaceError(error, folder);
      } finally {
        await rm(part, { force: true });
      }
    },

    async touch({ key }) {
      const now = new Date();
      await utimes(pathOf(key), now, now).catch((error: unknown) => {
        throw asPlaceError(error, pathOf(key));
      });
    },

    async *list() {
      for (const name of await namesIn(folder)) {
        if (!Digest.safeParse(name).success) continue;
        const there = await stat(join(folder, name)).catch(nullWhereMissing(folder));
        if (there?.isFile() === true) yield { key: name, bytes: there.size, modified: there.mtime };
      }
    },

    async remove(key) {
      await rm(pathOf(key), { force: true }).catch((error: unknown) => {
        throw asPlaceError(error, pathOf(key));
      });
    },

    async sweep(before) {
      let swept = 0;
      for (const name of await namesIn(folder)) {
        if (!PART.test(name)) continue;
        const there = await stat(join(folder, name)).catch(nullWhereMissing(folder));
        if (there === null || there.mtime >= before) continue;
        await rm(join(folder, name), { force: true });
        swept++;
      }
      return swept;
    },
  };
}

/** `file:.tiltyard/store` from the repository's root; also `file:/srv/store` and `file:///srv/store`. */
function folderOf(uri: string, root: string): string {
  const path = uri.slice('file:'.length);
  if (path.includes('\0')) throw new UserError('the uri of a store holds a zero byte', { fix: 'Write a plain path.' });
  if (!path.startsWith('//')) return resolve(root, path);
  try {
    return fileURLToPath(uri);
  } catch (error) {
    throw new UserError(`the store ${uri} is no folder of this machine`, {
      fix: 'Write file: and a path from the repository’s root, or file:/// and an absolute one.',
      cause: error,
    });
  }
}

/** Gives a complete file its name. @returns false where another file has it already, which stays. */
async function appear(part: string, path: string, replace: boolean): Promise<boolean> {
  if (replace) {
    await rename(part, path);
    return true;
  }
  try {
    await link(part, path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    // Some file systems know no links. There the last writer wins, with the same bytes.
    if (!['EPERM', 'ENOTSUP', 'ENOSYS', 'EOPNOTSUPP'].includes(codeOf(error))) throw error;
    await rename(part, path);
    return true;
  }
}

/** Makes new names outlast a power cut, where the system lets a folder be flushed. */
async function flush(folder: string): Promise<void> {
  const handle = await open(folder).catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

async function namesIn(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(nullWhereMissing(folder))) ?? [];
}

function nullWhereMissing(folder: string): (error: unknown) => null {
  return (error) => {
    if (codeOf(error) === 'ENOENT') return null;
    if (!(error instanceof Error) || codeOf(error) === '') throw error;
    throw new UserError(`the store in ${folder} can't be read: ${error.message}`, {
      fix: 'Make the folder readable, or name another store in tiltyard.yaml.',
      cause: error,
    });
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
