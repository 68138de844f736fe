import { parseChannels } from '#registry/channels.ts';
import { parseVersion } from '#registry/version.ts';
import { LARGEST_DOCUMENT, textOf } from './folders.ts';
import type { Source } from './memory.ts';
import { type Listed, readable } from './registry.ts';
import type { Tree } from './snapshot.ts';

/** A document of the registry, read by its own reader; null where it is not there, `unreadable` where nobody can tell. */
export async function documentAt<T>(
  source: Source,
  registry: Listed,
  path: string,
  parse: (text: string) => T,
): Promise<T | null | 'unreadable'> {
  const entry = registry.get(path);
  if (entry === undefined) return null;
  if (entry.kind !== 'file' || entry.bytes > LARGEST_DOCUMENT) return 'unreadable';
  const text = await textOf(source, entry.sha);
  return readable(() => parse(text)) ?? 'unreadable';
}

/** The champions of some models, by a commit's registry. */
export async function readChampions(
  source: Source,
  registry: Listed,
  models: readonly string[],
): Promise<NonNullable<Tree['champions']>> {
  const champions: NonNullable<Tree['champions']> = {};
  for (const model of models) {
    const path = `registry/${model}/channels.yaml`;
    const channels = await documentAt(source, registry, path, (text) => parseChannels(text, path).value);
    const version = channels === 'unreadable' ? channels : (channels?.champion ?? null);
    if (version === null || version === 'unreadable') {
      champions[model] = version;
      continue;
    }
    const manifest = `registry/${model}/versions/${version}.yaml`;
    const read = (text: string) => parseVersion(text, manifest, version).value;
    const found = await documentAt(source, registry, manifest, read);
    champions[model] =
      found === null || found === 'unreadable' ? 'unreadable' : { version, digest: found.artifact.digest };
  }
  return champions;
}
