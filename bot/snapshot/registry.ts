import { UserError } from '#registry/error.ts';
import { type EvidenceFacts, evidenceFacts } from '#registry/fsck/evidence-facts.ts';
import { registryFile } from '#registry/fsck/place.ts';
import { getBlob, type TreeEntry } from '#registry/github/trees.ts';
import { MOST_MODELS } from '../decide/touched.ts';
import { below, LARGEST_DOCUMENT, LARGEST_EVIDENCE, TooManyFiles, textOf, topOf } from './folders.ts';
import type { Source } from './memory.ts';
import type { RegistryChange, RegistryEntry } from './snapshot.ts';

/** So many files that were not read before are read in one look; the others in the next. */
const MOST_READ = 300;

/** What lies under `registry/`, by its path from the root. */
export type Listed = ReadonlyMap<string, TreeEntry>;

const UNRELATED = 'the histories of the two branches share nothing';

/** What a head changes under `registry/` since it left its base; null where that is nothing. */
export async function readRegistry(
  source: Source,
  { atBase, head, mergeBase }: { atBase: Listed; head: string; mergeBase: string | null },
): Promise<RegistryChange | null> {
  if (mergeBase === null) return unread(UNRELATED);
  try {
    const atMergeBase = await registryAt(source, mergeBase);
    const atHead = await registryAt(source, head);
    const changed = changedPaths(atMergeBase, atHead);
    if (changed.length === 0) return null;
    const models = new Set(changed.map((path) => path.split('/')[1])).size;
    if (models > MOST_MODELS) return unread(`${models} models are too many to be looked at together`);
    const read = await contents(source, { atBase, atHead, changed });
    return {
      atMergeBase: [...atMergeBase.values()].map(entryOf),
      atBase: [...atBase.values()].map(entryOf),
      atHead: [...atHead.values()].map(entryOf),
      ...read,
    };
  } catch (error) {
    if (error instanceof TooManyFiles) return unread(error.message);
    throw error;
  }
}

/** What changed is not known. */
export function unread(problem: string): RegistryChange {
  return { atMergeBase: [], atBase: [], atHead: [], texts: {}, evidence: {}, problem };
}

/** Every entry under `registry/` but folders, by its path; `registry` itself where it is no folder. */
export async function registryAt(source: Source, commit: string): Promise<Listed> {
  const registry = (await topOf(source, commit)).find(({ path }) => path === 'registry');
  if (registry === undefined) return new Map();
  if (registry.kind !== 'folder') return new Map([['registry', registry]]);
  const entries = (await below(source, registry.sha)).filter(({ kind }) => kind !== 'folder');
  return new Map(entries.map((entry) => [`registry/${entry.path}`, { ...entry, path: `registry/${entry.path}` }]));
}

function entryOf({ kind, path, sha }: TreeEntry): RegistryEntry {
  return { path, blob: sha, kind: kind === 'folder' ? 'file' : kind };
}

function changedPaths(before: Listed, after: Listed): string[] {
  return [...new Set([...before.keys(), ...after.keys()])].filter((path) => {
    const [was, is] = [before.get(path), after.get(path)];
    return was?.sha !== is?.sha || was?.kind !== is?.kind;
  });
}

/** Reads the files that a decision must know: what changed, and what the touched models have at base. */
async function contents(
  source: Source,
  { atBase, atHead, changed }: { atBase: Listed; atHead: Listed; changed: readonly string[] },
): Promise<Pick<RegistryChange, 'texts' | 'evidence' | 'problem'>> {
  const { key, memory } = source;
  const isChanged = new Set(changed);
  const touched = new Set(changed.map((path) => path.split('/')[1]));
  const ofTouched = [...atBase.values()].filter(({ path }) => touched.has(path.split('/')[1]));
  const documents = [...ofTouched, ...changed.flatMap((path) => atHead.get(path) ?? [])].filter(isFile);
  const texts: Record<string, string> = {};
  const evidence: Record<string, EvidenceFacts> = {};
  const late: string[] = [];
  const large: string[] = [];
  let room = MOST_READ;
  const mayRead = (isKnown: boolean, path: string) => {
    if (isKnown) return true;
    room -= 1;
    if (room < 0) late.push(path);
    return room >= 0;
  };
  for (const { bytes, path, sha } of documents) {
    const { kind } = registryFile(path);
    if (kind === 'evidence' && isChanged.has(path)) {
      if (bytes > LARGEST_EVIDENCE) large.push(path);
      else if (mayRead(memory.facts.get(key(sha)) !== undefined, path)) evidence[sha] = await factsOf(source, sha);
    } else if (kind === 'channels' || kind === 'version') {
      if (bytes > LARGEST_DOCUMENT) large.push(path);
      else if (mayRead(memory.texts.get(key(sha)) !== undefined, path)) texts[sha] = await textOf(source, sha);
    }
  }
  const problem =
    large[0] !== undefined
      ? `${large[0]} is too large to be read`
      : late.length > 0
        ? `${late.length} of its files are still to be read`
        : null;
  return { texts, evidence, problem };
}

const isFile = ({ kind }: TreeEntry) => kind === 'file';

async function factsOf({ github, key, memory, place }: Source, blob: string): Promise<EvidenceFacts> {
  return memory.facts.read(key(blob), async () => evidenceFacts(await getBlob(github, place, blob)));
}

/** What a reader of ours gives; null where a person has to mend something first. */
export function readable<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}
