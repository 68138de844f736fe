import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '#registry/error.ts';
import { locate, mirrorOf } from '../data/files.ts';
import { loadSettings } from '../load-settings.ts';
import type { World } from '../world.ts';
import { asPlaceError } from '../write.ts';
import type { DataObject, DataPlace } from './s3-data.ts';

/**
 * Copies the objects that a dataset's uri names (`s3://bucket/key`, or a glob of keys) to where `locate` finds them, by the
 * endpoint and region of the artifact store. A copy as large and as old as its object is kept. What was copied is not
 * checked here: whoever reads it holds its digest against the pin. Of any other uri there is nothing to fetch.
 */
export async function fetchData(uri: string, root: string, world: World): Promise<void> {
  const mirror = mirrorOf(uri);
  if (mirror === null) return;
  const { dataPlace } = await import('./s3-data.ts');
  const { store } = await loadSettings(root);
  const place = dataPlace(uri, store, world);
  const folder = join(root, mirrorOf(`s3://${place.bucket}`) ?? '');
  const fetched = new Set<string>();
  for await (const object of place.objects()) {
    const path = join(folder, safePath(object.name, uri));
    fetched.add(resolve(path));
    const there = await stat(path).catch(() => null);
    if (there?.size === object.bytes && there.mtimeMs === object.modified.getTime()) continue;
    await copy(place, object, path, world);
  }
  if (fetched.size === 0) {
    throw new UserError(`no object matches the data uri ${uri}`, { fix: 'Correct it in model.yaml.' });
  }
  // Copies of objects that are gone would still match.
  for (const file of locate(uri, { root, format: 'csv' }).files) if (!fetched.has(file)) await rm(file);
}

async function copy(
  place: DataPlace,
  { name, bytes, modified }: DataObject,
  path: string,
  world: World,
): Promise<void> {
  const part = `${path}.${randomUUID()}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    let done = 0;
    async function* counted(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        world.signal.throwIfAborted();
        done += chunk.length;
        if (done > bytes) break;
        world.progress(`fetching ${name}: ${(done / 1e6).toFixed(1)} of ${(bytes / 1e6).toFixed(1)} MB`);
        yield chunk;
      }
    }
    await pipeline(await place.read(name), counted, createWriteStream(part));
    if (done !== bytes) {
      throw new UserError(`the object ${name} changed while it was fetched`, { fix: 'Run it again.' });
    }
    await utimes(part, modified, modified);
    await rename(part, path);
  } catch (error) {
    world.signal.throwIfAborted();
    throw asPlaceError(error, path);
  } finally {
    await rm(part, { force: true });
  }
}

/** Keys are any text; only those that are a plain path can be a file below a folder. */
function safePath(name: string, uri: string): string {
  const plain = name
    .split('/')
    .every((part) => part !== '' && part !== '.' && part !== '..' && !/[\\:\p{Cc}]/u.test(part));
  if (plain) return name;
  throw new UserError(`the data uri ${uri} matches the key ${JSON.stringify(name)}, which is no path of a file`, {
    fix: 'Narrow the glob.',
  });
}
