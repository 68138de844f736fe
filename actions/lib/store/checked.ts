import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '#registry/error.ts';
import { digestChunks } from '../digest-file.ts';
import { asPlaceError } from '../write.ts';
import type { Backend, Condition, DigestedFile, Receipt, Store } from './store.ts';

/** A wrong byte may come from the way as well as from the place; more tries than this only wait. */
const TRIES = 3;

/**
 * A store that believes nothing: the sha256 of whatever comes out of `backend` is computed here, since servers don't
 * compare what they hold, or what they got, with what it should be.
 */
export function checkedStore(backend: Backend, signal: AbortSignal): Store {
  const { uri } = backend;

  async function verify(key: string, onBytes: (done: number) => void = () => {}): Promise<Condition> {
    const chunks = await backend.read(key);
    if (chunks === null) return 'missing';
    return (await digestChunks(counted(chunks, onBytes, signal))).sha256 === key ? 'intact' : 'damaged';
  }

  return {
    uri,
    stat: backend.stat,
    list: backend.list,
    remove: backend.remove,
    sweep: backend.sweep,
    verify: (key) => verify(key),

    async put(path, { onBytes = () => {} } = {}) {
      const file = await digested(path, signal);
      const { key, bytes } = file;
      const receipt: Receipt = { key, bytes, existed: false, repaired: false };
      const there = await backend.stat(key);
      if (there !== null) await backend.touch(there);
      for (let tries = 0; ; tries++) {
        const condition = await verify(key, (done) => onBytes(bytes + Math.min(done, bytes), 2 * bytes));
        if (tries === 0) receipt.existed = condition !== 'missing';
        if (condition === 'intact') return receipt;
        if (tries === TRIES) break;
        signal.throwIfAborted();
        const replace = condition === 'damaged';
        const wrote = await backend.write(file, { replace, onBytes: (done) => onBytes(done, 2 * bytes) });
        if (replace && receipt.existed) receipt.repaired = true;
        // Another writer of the same bytes came first.
        if (!wrote) receipt.existed = true;
      }
      await backend.remove(key);
      throw new UserError(`what was written to ${uri}/${key} reads back with another sha256, ${TRIES} times`, {
        fix: 'It was removed again. Look for what changes bytes on the way to that store, or choose another.',
      });
    },

    async get(key, path, { onBytes = () => {} } = {}) {
      const part = `${path}.${randomUUID()}.part`;
      await mkdir(dirname(path), { recursive: true }).catch(rethrowAt(path));
      for (let tries = 0; tries < TRIES; tries++) {
        const total = (await backend.stat(key))?.bytes;
        const chunks = total === undefined ? null : await backend.read(key);
        if (total === undefined || chunks === null) throw missing(uri, key);
        try {
          const { sha256, bytes } = await download(chunks, part, total, (done) => onBytes(done, total), signal);
          if (sha256 === key) {
            await rename(part, path).catch(rethrowAt(path));
            return { key, bytes };
          }
        } finally {
          await rm(part, { force: true });
        }
      }
      throw new UserError(`the object ${uri}/${key} is damaged: its bytes have another sha256 than its name`, {
        fix: 'Bring it back from a copy: registering or training the same artifact again replaces what is damaged.',
      });
    },
  };
}

function missing(uri: string, key: string): UserError {
  return new UserError(`the store ${uri} has no object ${key}`, {
    fix: 'Look whether tiltyard.yaml names the right store, and whether the object was ever uploaded there.',
  });
}

async function digested(path: string, signal: AbortSignal): Promise<DigestedFile> {
  try {
    const { sha256: key, bytes } = await digestChunks(counted(createReadStream(path), () => {}, signal));
    return { path, key, bytes };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw new UserError(`${path} can't be read: ${error.message}`, { fix: 'Name a file that can.', cause: error });
  }
}

/** Passes on what is read, and stops when the work is aborted. */
async function* counted(chunks: AsyncIterable<Uint8Array>, onBytes: (done: number) => void, signal: AbortSignal) {
  let done = 0;
  for await (const chunk of chunks) {
    signal.throwIfAborted();
    done += chunk.length;
    onBytes(done);
    yield chunk;
  }
}

/** Writes to a file what comes, at most as much as was announced: more is no object of this key, and may never end. */
async function download(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  announced: number,
  onBytes: (done: number) => void,
  signal: AbortSignal,
): Promise<{ sha256: string; bytes: number }> {
  const hash = createHash('sha256');
  let bytes = 0;
  async function* digesting(incoming: AsyncIterable<Uint8Array>) {
    for await (const chunk of counted(incoming, onBytes, signal)) {
      bytes += chunk.length;
      hash.update(chunk);
      if (bytes > announced) return;
      yield chunk;
    }
  }
  await pipeline(chunks, digesting, createWriteStream(path, { flush: true }), { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw asPlaceError(error, path);
  });
  return { sha256: hash.digest('hex'), bytes };
}

function rethrowAt(path: string): (error: unknown) => never {
  return (error) => {
    throw asPlaceError(error, path);
  };
}
