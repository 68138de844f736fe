import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '#registry/error.ts';
import { type Fault, fault, faultsOf } from '#registry/fsck/fault.ts';
import type { Manifest, ModelState } from '#registry/fsck/model-state.ts';
import type { StoreSettings } from '#registry/settings.ts';
import { storedFiles } from '../store/artifact.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import type { World } from '../world.ts';

/** So many artifacts are asked for at once. */
const AT_ONCE = 16;

export interface ArtifactCheck {
  root: string;
  settings: StoreSettings;
  models: readonly ModelState[];
  /** Read every byte again and take its sha256, rather than ask whether it is there and how large it is. */
  deep: boolean;
}

/** Holds the artifacts of all manifests that are there against the stores that they name. */
export async function artifactFaults(
  check: ArtifactCheck,
  world: World,
): Promise<{ artifacts: number; faults: Fault[] }> {
  const manifests = check.models.flatMap(({ manifests: all }) => [...all.values()].filter((one) => one !== null));
  const temporary = await world.temporaryFolder();
  const stores = new Map<string, Promise<Store>>();
  const open = (uri: string) => {
    const store = stores.get(uri) ?? openStore({ ...check.settings, uri }, { root: check.root, ...world });
    stores.set(uri, store);
    return store;
  };
  const read = check.deep ? readOnce(temporary) : null;
  const found: Fault[][] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < manifests.length; index = next++) {
      world.signal.throwIfAborted();
      world.progress(`asking the store: artifact ${index + 1} of ${manifests.length}`);
      found[index] = await oneArtifact(manifests[index], open, read, temporary);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return { artifacts: manifests.length, faults: found.flat() };
}

async function oneArtifact(
  { version, path, line }: NonNullable<Manifest>,
  open: (uri: string) => Promise<Store>,
  read: ((store: Store, key: string) => Promise<void>) | null,
  temporary: string,
): Promise<Fault[]> {
  const { digest, bytes, uri } = version.artifact;
  const place = { commit: null, path };
  const end = `/${digest}`;
  // What is wrong with such a uri was told where the manifest was read.
  if (!/^(file:|s3:\/\/)/.test(uri) || !uri.endsWith(end)) return [];
  const store = await open(uri.slice(0, -end.length));
  // A store that can't be asked is no fault of the registry: what this throws ends the check.
  if ((await store.stat(digest)) === null) {
    const message = `The store ${store.uri} does not have the artifact ${digest} of ${version.version}.`;
    const fix = 'Register the same artifact again, which uploads it, or restore the store from a copy.';
    return [fault(place, line(['artifact', 'uri']), message, fix)];
  }
  try {
    const files = await storedFiles(store, digest, temporary);
    const total = files.reduce((sum, file) => sum + file.bytes, 0);
    if (total !== bytes) {
      const message = `The artifact has ${bytes} bytes by its manifest, but ${total} in the store.`;
      return [fault(place, line(['artifact', 'bytes']), message, 'Restore the manifest from git.')];
    }
    if (read !== null) for (const { key } of files) await read(store, key);
    return [];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const at = line(['artifact', 'uri']);
    return faultsOf(place, error).map((one) => ({ ...one, line: at, message: `${version.version}: ${one.message}` }));
  }
}

/** Reads an object again and checks its sha256; once, however many artifacts have it. */
function readOnce(temporary: string): (store: Store, key: string) => Promise<void> {
  const reading = new Map<string, Promise<void>>();
  const read = async (store: Store, key: string) => {
    const copy = join(temporary, key);
    await store.get(key, copy);
    await rm(copy);
  };
  return (store, key) => {
    const name = `${store.uri}/${key}`;
    const known = reading.get(name) ?? read(store, key);
    reading.set(name, known);
    return known;
  };
}
