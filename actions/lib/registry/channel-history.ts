import type { Channels } from '#registry/channels.ts';
import { parseChannels } from '#registry/channels.ts';
import { UserError } from '#registry/error.ts';
import { registryFile } from '#registry/fsck/place.ts';
import type { ChannelEvent } from '#registry/history/events.ts';
import { channelEvents } from '#registry/history/events.ts';
import { parseVersion, type Version, type VersionNumber } from '#registry/version.ts';
import { readBlobs } from '../git/blobs.ts';
import { readLog } from '../git/log.ts';
import type { GitRepository } from '../git/repository.ts';

/** What git knows of a model's channels, and the manifests that are there now of the versions that they ever named. */
export interface ChannelHistory {
  /** Oldest first. */
  events: ChannelEvent[];
  manifests: Map<VersionNumber, Version>;
}

/** Reads who moved what, by one log and one reading of contents. */
export async function readChannelHistory(repository: GitRepository, model: string): Promise<ChannelHistory> {
  if (!/^[\w.-]+$/.test(model)) throw noRegistry(model);
  const commits = await readLog(repository, { paths: [`registry/${model}/channels.yaml`], full: true });
  if (commits.length === 0) throw noRegistry(model);
  const ids = commits.flatMap(({ changes }) =>
    changes.flatMap(({ path, after }) => (registryFile(path).kind === 'channels' && after !== null ? [after] : [])),
  );
  const texts = new Map<string, string>();
  await readBlobs(repository, ids, (id, bytes) => texts.set(id, bytes.toString('utf8')));
  const manifests = await readManifests(repository, model, [...texts.values()]);
  const registered = new Map([...manifests].map(([number, { artifact }]) => [number, artifact.digest]));
  const events = channelEvents(commits, model, (id) => texts.get(id) ?? '', registered);
  return { events, manifests };
}

async function readManifests(
  repository: GitRepository,
  model: string,
  texts: readonly string[],
): Promise<Map<VersionNumber, Version>> {
  const numbers = new Set(texts.flatMap(versionsIn));
  const names = new Map([...numbers].map((number) => [manifestName(repository, model, number), number]));
  const manifests = new Map<VersionNumber, Version>();
  await readBlobs(repository, names.keys(), (name, bytes) => {
    const number = names.get(name);
    if (number === undefined) return;
    const version = readable(() => parseVersion(bytes.toString('utf8'), name, number).value);
    if (version !== null) manifests.set(number, version);
  });
  return manifests;
}

/** How git calls a manifest of what is checked out, wherever in the repository the root lies. */
function manifestName({ head }: GitRepository, model: string, number: VersionNumber): string {
  return `${head}:./registry/${model}/versions/${number}.yaml`;
}

function versionsIn(text: string): VersionNumber[] {
  const channels: Channels | null = readable(() => parseChannels(text, '').value);
  if (channels === null) return [];
  const { champion, canary, retired, quarantined } = channels;
  return [champion, canary?.version ?? null, ...retired, ...quarantined.map(({ version }) => version)].filter(
    (number) => number !== null,
  );
}

/** What can't be read is fsck's to tell. */
function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function noRegistry(model: string): UserError {
  return new UserError(`git knows no registry/${JSON.stringify(model).slice(1, -1)}/channels.yaml`, {
    fix: 'Name the model as its folder under registry/ is called, and commit its channels.yaml.',
  });
}
