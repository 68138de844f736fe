import { z } from 'zod';
import type { Channels } from '#registry/channels.ts';
import { UserError } from '#registry/error.ts';
import type { Version } from '#registry/version.ts';
import type { MlflowServer } from './server.ts';
import { DIGEST_TAG, sourceOf, VERSION_TAG, versionTags } from './version-tags.ts';

const Nothing = z.looseObject({});
const Tags = z.array(z.object({ key: z.string(), value: z.string().default('') })).default([]);
const ModelVersion = z.object({ version: z.string(), source: z.string().default(''), tags: Tags });
type ModelVersion = z.infer<typeof ModelVersion>;
const One = z.object({ model_version: ModelVersion });
const Page = z.object({ model_versions: z.array(ModelVersion).default([]), next_page_token: z.string().default('') });

const ABSENT = ['RESOURCE_DOES_NOT_EXIST'] as const;

export interface Exported {
  /** MLflow's own number of it. */
  number: string;
  /** Whether it was there before. */
  existed: boolean;
  /** How many of its tags were missing or different. */
  tagged: number;
  /** What changed, in words: `champion → 3`. */
  aliases: string[];
}

/** MLflow has channels as aliases. */
const ALIASES = ['champion', 'canary'] as const;

/**
 * Writes a version into the registry of an MLflow server: the registered model, a model version with its lineage as
 * tags, and the aliases champion and canary where channels.yaml gives them to this version; an alias that it has there
 * and lost here is removed. What is there already is found by its tags and completed: running it again changes nothing.
 */
export async function exportVersion(server: MlflowServer, version: Version, channels: Channels): Promise<Exported> {
  const name = version.model;
  const described = { name, tags: [{ key: 'tiltyard.model', value: name }] };
  await server.send('POST', 'registered-models/create', described, Nothing, ['RESOURCE_ALREADY_EXISTS']);
  const before = await findVersion(server, version);
  const there = before ?? (await createVersion(server, version));
  const tagged = await completeTags(server, name, there, versionTags(version));
  const aliases: string[] = [];
  for (const alias of ALIASES) {
    const wanted = (alias === 'champion' ? channels.champion : channels.canary?.version) === version.version;
    const done = await setAlias(server, { name, alias, number: there.version, wanted });
    if (done !== null) aliases.push(done);
  }
  return { number: there.version, existed: before !== null, tagged, aliases };
}

/** The model version that carries this version's number; another artifact under that number is nothing to write over. */
async function findVersion(server: MlflowServer, version: Version): Promise<ModelVersion | null> {
  let token = '';
  do {
    // Names and versions hold neither quotes nor backslashes.
    const filter = `name='${version.model}'`;
    const query = { filter, max_results: '1000', ...(token === '' ? {} : { page_token: token }) };
    const page: z.infer<typeof Page> | null = await server.get('model-versions/search', query, Page);
    for (const found of page?.model_versions ?? []) {
      if (tagOf(found, VERSION_TAG) !== version.version) continue;
      if (tagOf(found, DIGEST_TAG) === version.artifact.digest) return found;
      throw new UserError(
        `${server.address} has ${version.model} ${version.version} already, as version ${found.version}, of another artifact`,
        { fix: 'Find out which registry wrote it, and delete it there, or export to another server.' },
      );
    }
    token = page?.next_page_token ?? '';
  } while (token !== '');
  return null;
}

async function createVersion(server: MlflowServer, version: Version): Promise<ModelVersion> {
  const tags = [...versionTags(version)].map(([key, value]) => ({ key, value }));
  const description = `${version.model} ${version.version}`;
  const body = { name: version.model, source: sourceOf(version), description, tags };
  const made = await server.send('POST', 'model-versions/create', body, One);
  if (made === null) throw new Error('a refusal that was not expected gave no error');
  return made.model_version;
}

async function completeTags(
  server: MlflowServer,
  name: string,
  there: ModelVersion,
  wanted: ReadonlyMap<string, string>,
): Promise<number> {
  const missing = [...wanted].filter(([key, value]) => tagOf(there, key) !== value);
  for (const [key, value] of missing) {
    await server.send('POST', 'model-versions/set-tag', { name, version: there.version, key, value }, Nothing);
  }
  return missing.length;
}

async function setAlias(
  server: MlflowServer,
  { name, alias, number, wanted }: { name: string; alias: string; number: string; wanted: boolean },
): Promise<string | null> {
  const at = await server.get('registered-models/alias', { name, alias }, One, [...ABSENT, 'INVALID_PARAMETER_VALUE']);
  const holder = at?.model_version.version ?? null;
  if (wanted && holder !== number) {
    await server.send('POST', 'registered-models/alias', { name, alias, version: number }, Nothing);
    return `${alias} → version ${number}`;
  }
  if (!wanted && holder === number) {
    await server.send('DELETE', 'registered-models/alias', { name, alias }, Nothing);
    return `${alias} is no longer version ${number}`;
  }
  return null;
}

const tagOf = ({ tags }: ModelVersion, key: string) => tags.find((tag) => tag.key === key)?.value;
