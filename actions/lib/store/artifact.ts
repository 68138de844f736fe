import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Digest } from '#registry/digest.ts';
import { UserError } from '#registry/error.ts';
import { type ArtifactFolder, isPart, readArtifactFolder } from '../artifact/folder.ts';
import type { OnBytes, Receipt, Store, StoredObject } from './store.ts';

/** A list of an artifact's few files is short; whatever is longer is no list. */
const LONGEST_LIST = 1_000_000;

/** An artifact in a store: its uri for the manifest, and a receipt for each object, the list of its files last. */
export interface PushedArtifact {
  digest: string;
  /** The sizes of its files together. */
  bytes: number;
  uri: string;
  receipts: Receipt[];
}

/**
 * Puts an artifact into a store: each file under its sha256, and then the list of files under the sha256 of the list,
 * which is the artifact's digest. So where a list is there, its files are.
 * @throws UserError where a file changed after `folder` was read.
 */
export async function pushArtifact(
  store: Store,
  folder: ArtifactFolder,
  { onBytes = () => {} }: { onBytes?: OnBytes } = {},
): Promise<PushedArtifact> {
  const receipts: Receipt[] = [];
  let before = 0;
  for (const { key, path } of parseList(folder.list) ?? []) {
    const receipt = await store.put(join(folder.path, path), {
      // Of each file what is sent and what is read back.
      onBytes: (done) => onBytes(before + done, 2 * folder.bytes),
    });
    if (receipt.key !== key) {
      throw new UserError(`${join(folder.path, path)} changed while it was uploaded`, {
        fix: 'Let nothing write to the artifact’s folder, and try again.',
      });
    }
    receipts.push(receipt);
    before += 2 * receipt.bytes;
  }
  const temporary = await mkdtemp(join(tmpdir(), 'tiltyard-'));
  try {
    const list = join(temporary, 'list');
    await writeFile(list, folder.list);
    receipts.push(await store.put(list));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return { digest: folder.digest, bytes: folder.bytes, uri: `${store.uri}/${folder.digest}`, receipts };
}

/** What is asked for: an artifact by its digest, and where the local cache lies. */
export interface FetchRequest {
  store: Store;
  digest: string;
  /** Root of the user's repository: its cache is `.tiltyard/cache/artifacts/<digest>`. */
  root: string;
  /** What the manifest says of the sizes of its files together. */
  bytes?: number;
  onBytes?: OnBytes;
}

/**
 * An artifact in the local cache, checked just now; fetched from the store where the cache doesn't have it, or has
 * something else under its digest.
 * @throws UserError where the store doesn't have it, or has something else.
 */
export async function fetchArtifact(request: FetchRequest): Promise<ArtifactFolder> {
  const { store, digest, root, onBytes = () => {} } = request;
  const cache = join(root, '.tiltyard', 'cache', 'artifacts');
  const path = join(cache, Digest.parse(digest));
  const cached = await intactFolder(path, digest);
  if (cached !== null) return cached;
  await rm(path, { recursive: true, force: true });
  await clearParts(cache);
  const files = await storedFiles(store, digest, cache);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  if (request.bytes !== undefined && request.bytes !== total) {
    throw new UserError(
      `the artifact ${store.uri}/${digest} has ${total} bytes, but its manifest says ${request.bytes}`,
      { fix: 'Restore the manifest from git, and find out who changed it.' },
    );
  }
  const part = join(cache, `${digest}.${randomUUID()}.part`);
  try {
    let before = 0;
    for (const { key, bytes, path: file } of files) {
      await store.get(key, join(part, file), { onBytes: (done) => onBytes(before + done, total) });
      before += bytes;
    }
    // Where another run put the same artifact there meanwhile, that one is as good.
    const cause: unknown = await rename(part, path).catch((error: unknown) => error);
    const fetched = await intactFolder(path, digest);
    if (fetched !== null) return fetched;
    throw new UserError(`${path} changed while it was fetched`, {
      fix: 'Try again, and let nothing else write there.',
      cause,
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}

const DAY_MS = 86_400_000;

/** Removes what fetches that were killed left in the cache; younger ones may still be going on. */
async function clearParts(cache: string): Promise<void> {
  const names = await readdir(cache).catch(() => []);
  for (const name of names.filter((one) => one.endsWith('.part') || one.startsWith('list-'))) {
    const path = join(cache, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > DAY_MS) await rm(path, { recursive: true, force: true });
  }
}

/** The artifact in a folder of the cache; null where there is none, or another. */
async function intactFolder(path: string, digest: string): Promise<ArtifactFolder | null> {
  const folder = await readArtifactFolder(path, `the artifact ${digest}`).catch((error: unknown) => {
    if (error instanceof UserError) return null;
    throw error;
  });
  return folder?.digest === digest ? folder : null;
}

/** One file of a stored artifact: its path in the artifact's folder, and the object that holds it. */
export interface StoredFile extends StoredObject {
  path: string;
}

/**
 * The files of an artifact in a store, by its list.
 * @throws UserError where the list or a file is missing, or the list is none.
 */
export async function storedFiles(store: Store, digest: string, temporary = tmpdir()): Promise<StoredFile[]> {
  const list = await readList(store, digest, temporary);
  if (list === null) {
    throw new UserError(`the object ${digest} is not the list of an artifact's files`, {
      fix: 'Give the digest of an artifact, as its manifest has it.',
    });
  }
  return Promise.all(
    list.map(async ({ key, path }) => {
      const object = await store.stat(key);
      if (object !== null) return { ...object, path };
      throw new UserError(`the store ${store.uri} has the artifact ${digest}, but not its file ${path} (${key})`, {
        fix: 'Train or register the same artifact again: that uploads what is missing.',
      });
    }),
  );
}

/**
 * The keys and paths that the list of an artifact names; null where the object is no such list.
 * @throws UserError where the object is missing or damaged.
 */
export async function readList(
  store: Store,
  digest: string,
  temporary: string,
): Promise<{ key: string; path: string }[] | null> {
  const object = await store.stat(digest);
  if (object !== null && object.bytes > LONGEST_LIST) return null;
  await mkdir(temporary, { recursive: true });
  const folder = await mkdtemp(join(temporary, 'list-'));
  try {
    const path = join(folder, 'list');
    await store.get(digest, path);
    return parseList(await readFile(path, 'utf8'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lists come from outside: one with a path that no artifact has is none, before anything is written there. */
function parseList(text: string): { key: string; path: string }[] | null {
  const lines = text.split('\n');
  if (lines.pop() !== '' || lines.length === 0) return null;
  const files: { key: string; path: string }[] = [];
  for (const line of lines) {
    const [, key, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? [];
    if (key === undefined || path === undefined || !isPart(path)) return null;
    files.push({ key, path });
  }
  return files;
}
