import { lstat, readdir } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { type Channels, parseChannels } from '#registry/channels.ts';
import type { ReadDocument } from '#registry/document.ts';
import { UserError } from '#registry/error.ts';
import { parseVersion, type Version, VersionNumber } from '#registry/version.ts';
import { byVersion } from '#registry/version-order.ts';
import { readTextIfThere } from '../read-text.ts';

/** The folder of a model's registry, from the repository's root. */
export function registryFolder(model: string): string {
  return join('registry', model);
}

/**
 * The text of a file of the registry; null where there is none. A link on the way there is refused, as fsck does: what it
 * leads to is in no commit, and may be any file of this machine.
 */
async function readOwnText(root: string, path: string): Promise<string | null> {
  const names = path.split(sep);
  for (const [index] of names.entries()) {
    const part = join(...names.slice(0, index + 1));
    const there = await lstat(join(root, part)).catch(() => null);
    if (there?.isSymbolicLink() !== true) continue;
    throw new UserError(`${part} is a link, which is not read`, { fix: 'Put the files themselves there.' });
  }
  return readTextIfThere(join(root, path), path);
}

/** channels.yaml of the working tree, with its text; that of a model that has no registry yet is empty. */
export async function readChannels(
  root: string,
  model: string,
): Promise<{ path: string; text: string | null; document: ReadDocument<Channels> }> {
  const path = join(registryFolder(model), 'channels.yaml');
  const text = await readOwnText(root, path);
  return { path, text, document: parseChannels(text ?? '{}', path) };
}

/** The numbers of the registered versions in the working tree, oldest first; other files in the folder are passed over. */
export async function listVersions(root: string, model: string): Promise<VersionNumber[]> {
  const files = await readdir(join(root, registryFolder(model), 'versions')).catch(() => []);
  return files
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .filter((name) => VersionNumber.safeParse(name).success)
    .sort(byVersion);
}

/** The manifest of one registered version. */
export async function readVersion(root: string, model: string, version: VersionNumber): Promise<ReadDocument<Version>> {
  const folder = join(registryFolder(model), 'versions');
  const path = join(folder, `${version}.yaml`);
  const text = await readOwnText(root, path);
  if (text === null) {
    const known = await listVersions(root, model);
    throw new UserError(`${folder} does not have version ${version}`, {
      fix: known.length === 0 ? 'Register a version first.' : `Choose one of ${known.slice(-10).join(', ')}.`,
    });
  }
  return parseVersion(text, path, version);
}
