import { UserError } from '#registry/error.ts';
import { type Fault, fault } from '#registry/fsck/fault.ts';
import type { Manifest, ModelState } from '#registry/fsck/model-state.ts';
import type { StoreSettings } from '#registry/settings.ts';
import { readList } from '../store/artifact.ts';
import { openStore } from '../store/open.ts';
import type { Condition, Store } from '../store/store.ts';
import type { World } from '../world.ts';
import { storeOf } from './registered.ts';

/** So many artifacts are asked for at once. */
const AT_ONCE = 16;
/** A store that failed to answer so often is asked no more: it may take a minute to fail each time. */
const PATIENCE = 3;

export interface ArtifactCheck {
  root: string;
  settings: StoreSettings;
  models: readonly ModelState[];
  /** Read every byte again and take its sha256, rather than ask whether it is there and how large it is. */
  deep: boolean;
}

/** A store that could not be asked, which is no fault of the registry: why, and for how many artifacts. */
export interface Unasked {
  /** Null for all of them. */
  store: string | null;
  artifacts: number;
  message: string;
  fix: string;
}

export interface CheckedArtifacts {
  /** How many the stores were asked for. */
  artifacts: number;
  faults: Fault[];
  unasked: Unasked[];
}

/** Holds the artifacts of all manifests that are there against the stores that they name. */
export async function checkArtifacts(check: ArtifactCheck, world: World): Promise<CheckedArtifacts> {
  const manifests = check.models.flatMap(({ manifests: all }) => [...all.values()].filter((one) => one !== null));
  const temporary = await world.temporaryFolder();
  const stores = new Map<string, Promise<Store>>();
  const open = (uri: string) => {
    const store = stores.get(uri) ?? openStore({ ...check.settings, uri }, { root: check.root, ...world });
    stores.set(uri, store);
    return store;
  };
  const verify = once();
  const unasked = new Map<string, Unasked>();
  const found: Fault[][] = [];
  let next = 0;
  const work = async () => {
    for (let index = next++; index < manifests.length; index = next++) {
      world.signal.throwIfAborted();
      world.progress(`asking the store: artifact ${index + 1} of ${manifests.length}`);
      const manifest = manifests[index];
      const uri = storeOf(manifest.version);
      // What is wrong with such a uri was told where the manifest was read.
      if (uri === null) continue;
      const failed = unasked.get(uri);
      if (failed !== undefined && failed.artifacts >= PATIENCE) {
        failed.artifacts += 1;
        continue;
      }
      try {
        found[index] = await oneArtifact(manifest, await open(uri), { deep: check.deep, verify, temporary });
      } catch (error) {
        const { message, fix } = asUnreadable(error, uri, world);
        const earlier = unasked.get(uri) ?? { store: uri, artifacts: 0, message, fix };
        unasked.set(uri, { ...earlier, artifacts: earlier.artifacts + 1 });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const missed = [...unasked.values()].reduce((sum, { artifacts }) => sum + artifacts, 0);
  return { artifacts: manifests.length - missed, faults: found.flat(), unasked: [...unasked.values()] };
}

type Verify = (store: Store, key: string) => Promise<Condition>;

/** @throws where the store can't be asked. */
async function oneArtifact(
  { version, path, line }: NonNullable<Manifest>,
  store: Store,
  { deep, verify, temporary }: { deep: boolean; verify: Verify; temporary: string },
): Promise<Fault[]> {
  const { digest, bytes } = version.artifact;
  const find = (entry: string, message: string, fix: string) => [
    fault({ commit: null, path }, line(['artifact', entry]), message, fix),
  ];
  const again =
    'Register the same artifact again, which uploads what is missing or damaged, or restore the store from a copy.';
  const damaged = (key: string) =>
    find(
      'uri',
      `${version.version}: The object ${store.uri}/${key} is damaged: its bytes have another sha256 than its name.`,
      again,
    );

  if ((await store.stat(digest)) === null) {
    return find('uri', `The store ${store.uri} does not have the artifact ${digest} of ${version.version}.`, again);
  }
  if ((await verify(store, digest)) === 'damaged') return damaged(digest);
  const list = await readList(store, digest, temporary);
  if (list === null) {
    const message = `${version.version}: The object ${digest} is not the list of an artifact's files.`;
    return find('uri', message, 'Give the digest of an artifact, as tiltyard register writes it.');
  }
  let total = 0;
  for (const { key, path: file } of list) {
    const object = await store.stat(key);
    if (object === null) {
      const message = `${version.version}: The store ${store.uri} has the artifact ${digest}, but not its file ${file} (${key}).`;
      return find('uri', message, again);
    }
    total += object.bytes;
  }
  if (total !== bytes) {
    const message = `The artifact has ${bytes} bytes by its manifest, but ${total} in the store.`;
    return find('bytes', message, 'Restore the manifest from git.');
  }
  for (const { key } of deep ? list : []) {
    if ((await verify(store, key)) === 'damaged') return damaged(key);
  }
  return [];
}

/** Reads an object again and checks its sha256; once, however many artifacts have it. */
function once(): Verify {
  const reading = new Map<string, Promise<Condition>>();
  return (store, key) => {
    const name = `${store.uri}/${key}`;
    const known = reading.get(name) ?? store.verify(key);
    reading.set(name, known);
    return known;
  };
}

/** Why a store could not be asked. @throws what is none of the user's. */
function asUnreadable(error: unknown, uri: string, { signal }: World): UserError {
  signal.throwIfAborted();
  if (error instanceof UserError) return error;
  if (!(error instanceof Error && 'code' in error)) throw error;
  return new UserError(`the store ${uri} can't be read: ${error.message}`, { fix: 'Mend that, and try again.' });
}
