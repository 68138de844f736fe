import type { Named } from '../registry/named-digests.ts';
import { readList } from './artifact.ts';
import type { ListedObject, Store } from './store.ts';

/** What lies in a store, held against what the registry names. */
export interface StoreContents {
  /** Nothing names them, and they are older than the grace period: the oldest first. */
  garbage: ListedObject[];
  /** Nothing names them yet. */
  young: number;
  named: number;
  bytes: number;
  /** Artifacts that manifests say lie here, and that do not. Which files were theirs nobody knows any more. */
  missing: string[];
}

/** So many lists are read at once. */
const AT_ONCE = 16;

/**
 * Sorts the objects of a store. An object is named where its sha256 stands in the registry, or in the list of an artifact
 * that does.
 * @throws UserError where an object that is named can't be read: it may be a list.
 */
export async function sortStore(
  store: Store,
  { digests, uris }: Named,
  { before, temporary, onStep }: { before: Date; temporary: string; onStep: (step: string) => void },
): Promise<StoreContents> {
  const objects = new Map<string, ListedObject>();
  for await (const object of store.list()) {
    objects.set(object.key, object);
    if (objects.size % 1_000 === 0) onStep(`listing the store: ${objects.size} objects`);
  }
  const kept = new Set([...objects.keys()].filter((key) => digests.has(key)));
  const candidates = [...kept];
  let next = 0;
  async function work(): Promise<void> {
    while (next < candidates.length) {
      const key = candidates[next++] ?? '';
      onStep(`reading lists of artifacts: ${next} of ${candidates.length}`);
      for (const file of (await readList(store, key, temporary)) ?? []) kept.add(file.key);
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  const unnamed = [...objects.values()].filter(({ key }) => !kept.has(key));
  const garbage = unnamed.filter(({ modified }) => modified < before);
  const here = [...uris].filter((uri) => uri.slice(0, uri.lastIndexOf('/')) === store.uri);
  return {
    garbage: garbage.toSorted((a, b) => a.modified.getTime() - b.modified.getTime()),
    young: unnamed.length - garbage.length,
    named: objects.size - unnamed.length,
    bytes: garbage.reduce((sum, { bytes }) => sum + bytes, 0),
    missing: here.map((uri) => uri.slice(uri.lastIndexOf('/') + 1)).filter((digest) => !objects.has(digest)),
  };
}
