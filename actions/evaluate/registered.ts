import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readChannels, readVersion } from '#lib/registry/working-tree.ts';
import { UserError } from '#registry/error.ts';
import { VersionNumber } from '#registry/version.ts';

/** Where a registered version's artifact lies, and what its manifest says of it. */
export interface Registered {
  version: string;
  folder: string;
  digest: string;
}

/** The artifact of a registered version; null where `name` is no version number (then it is a folder). */
export async function locateVersion(root: string, model: string, name: string): Promise<Registered | null> {
  if (!VersionNumber.safeParse(name).success) return null;
  const { value, path } = await readVersion(root, model, name);
  const { artifact } = value;
  if (artifact.uri.startsWith('s3://')) {
    throw new UserError(`${path}: the artifact lies at ${artifact.uri}, which this release can't fetch`, {
      fix: 'Copy it to a folder and give that folder.',
    });
  }
  const place = artifact.uri.startsWith('file:') ? fileURLToPath(artifact.uri) : resolve(root, artifact.uri);
  return { version: name, folder: place, digest: artifact.digest };
}

/** The version that channels.yaml names as champion; null where there is none yet. */
export async function locateChampion(root: string, model: string): Promise<string | null> {
  return (await readChannels(root, model)).document.value.champion;
}
