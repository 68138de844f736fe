import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseChannels } from '#registry/channels.ts';
import { UserError } from '#registry/error.ts';
import { parseVersion, VersionNumber } from '#registry/version.ts';

/** Where a registered version's artifact lies, and what its manifest says of it. */
export interface Registered {
  version: string;
  folder: string;
  digest: string;
}

/** The artifact of a registered version; null where `name` is no version number (then it is a folder). */
export async function locateVersion(root: string, model: string, name: string): Promise<Registered | null> {
  if (!VersionNumber.safeParse(name).success) return null;
  const folder = join('registry', model, 'versions');
  const path = join(folder, `${name}.yaml`);
  const text = await readFile(join(root, path), 'utf8').catch(() => null);
  if (text === null) {
    const known = (await readdir(join(root, folder)).catch(() => [])).map((file) => file.replace(/\.yaml$/, ''));
    throw new UserError(`${folder} does not have version ${name}`, {
      fix: known.length === 0 ? 'Give the artifact’s folder instead.' : `Choose one of ${known.sort().join(', ')}.`,
    });
  }
  const { artifact } = parseVersion(text, path, name).value;
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
  const path = join('registry', model, 'channels.yaml');
  const text = await readFile(join(root, path), 'utf8').catch(() => null);
  return text === null ? null : parseChannels(text, path).value.champion;
}
