import { UserError } from '#registry/error.ts';
import { type Version, VersionNumber } from '#registry/version.ts';
import type { ArtifactFolder } from '../artifact/folder.ts';
import { loadSettings } from '../load-settings.ts';
import { fetchArtifact } from '../store/artifact.ts';
import { openStore } from '../store/open.ts';
import type { World } from '../world.ts';
import { readChannels, readVersion } from './working-tree.ts';

/**
 * The artifact of a registered version, out of the store that its manifest names; null where `name` is no version number
 * (then it is a folder).
 */
export async function fetchVersion(
  root: string,
  model: string,
  name: string,
  world: Pick<World, 'env' | 'signal' | 'progress'>,
): Promise<ArtifactFolder | null> {
  if (!VersionNumber.safeParse(name).success) return null;
  const { value, path } = await readVersion(root, model, name);
  const { digest, bytes } = value.artifact;
  const { store: settings } = await loadSettings(root);
  const store = await openStore({ ...settings, uri: requireStore(value, path) }, { root, ...world });
  const megabytes = (count: number) => (count / 1e6).toFixed(1);
  const onBytes = (done: number) => world.progress(`fetching ${name}: ${megabytes(done)} of ${megabytes(bytes)} MB`);
  return fetchArtifact({ store, digest, bytes, root, onBytes });
}

/** The store that a manifest's uri names: all but the digest at its end. Null for a uri that is something else. */
export function storeOf({ artifact: { uri, digest } }: Version): string | null {
  const end = `/${digest}`;
  return /^(file:|s3:\/\/)/.test(uri) && uri.endsWith(end) ? uri.slice(0, -end.length) : null;
}

function requireStore(version: Version, path: string): string {
  const store = storeOf(version);
  if (store !== null) return store;
  const { uri } = version.artifact;
  throw new UserError(`${path}: artifact.uri is ${uri}, which is no store and the artifact's digest`, {
    fix: 'Restore the manifest from git; tiltyard register writes s3://bucket/prefix/<digest>, or file:<folder>/<digest>.',
  });
}

/** The version that channels.yaml names as champion; null where there is none yet. */
export async function locateChampion(root: string, model: string): Promise<string | null> {
  return (await readChannels(root, model)).document.value.champion;
}
