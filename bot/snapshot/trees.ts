import { parseDataLock } from '#registry/data-lock.ts';
import { UserError } from '#registry/error.ts';
import type { TreeEntry } from '#registry/github/trees.ts';
import { isModelName } from '#registry/model-name.ts';
import { parseModel } from '#registry/parse-model.ts';
import { parseSettings, Settings } from '#registry/settings.ts';
import { MOST_MODELS } from '../decide/touched.ts';
import { below, LARGEST_DOCUMENT, TooManyFiles, textOf, topOf } from './folders.ts';
import type { Source, Touches } from './memory.ts';
import { UNKNOWN } from './patched-commit.ts';
import { type Listed, registryAt } from './registry.ts';
import type { ModelAt, Tree } from './snapshot.ts';

/** A commit, as far as it was listed. */
export interface Commit {
  sha: string;
  top: ReadonlyMap<string, TreeEntry>;
  /** Below `models/`, by the path from there. */
  models: ReadonlyMap<string, TreeEntry>;
  problem: string | null;
}

export async function readCommit(source: Source, sha: string): Promise<Commit> {
  try {
    const top = byPath(await topOf(source, sha));
    const models = top.get('models');
    const inside = models?.kind === 'folder' ? await below(source, models.sha) : [];
    return { sha, top, models: byPath(inside), problem: null };
  } catch (error) {
    if (!(error instanceof TooManyFiles)) throw error;
    return { sha, top: new Map(), models: new Map(), problem: `its files can’t be listed: ${error.message}` };
  }
}

/** Where a base branch is now: besides, its registry and its settings, which hold for all of its pull requests. */
export interface Base extends Commit, Pick<Tree, 'settings'> {
  registry: Listed;
}

export async function readBase(source: Source, sha: string): Promise<Base> {
  const commit = await readCommit(source, sha);
  const { problem, settings } = await readTree(source, commit, []);
  try {
    return { ...commit, problem, settings, registry: await registryAt(source, sha) };
  } catch (error) {
    if (!(error instanceof TooManyFiles)) throw error;
    return { ...commit, settings, registry: new Map(), problem: `registry/ can’t be listed: ${error.message}` };
  }
}

/** What a base says of what matters for a pull request, in a word: it changes when any of that does. */
export function digestOf({ models, problem, registry, top }: Base, touches: Touches): string {
  const all = touches.models === 'all' || touches.registry || touches.promotions;
  const named = touches.models === 'all' ? [] : touches.models;
  const parts = all ? [top.get('models'), top.get('registry')] : named.map((name) => models.get(name));
  const channels = named.map((name) => registry.get(`registry/${name}/channels.yaml`));
  return JSON.stringify([
    problem,
    [top.get('tiltyard.yaml'), ...parts, ...channels].map((entry) => entry?.sha ?? null),
  ]);
}

/** Reads what a commit says of some models. */
export async function readTree(source: Source, commit: Commit, names: Touches['models']): Promise<Tree> {
  const { settings, problem } = await readSettings(source, commit);
  const models: Record<string, ModelAt> = {};
  const there = [...commit.models.values()].flatMap(({ path }) => {
    const [name = '', file, ...rest] = path.split('/');
    const isWanted = names === 'all' || names.includes(name);
    return file === 'model.yaml' && rest.length === 0 && isWanted && isModelName(name) ? [name] : [];
  });
  const isCrowd = there.length > MOST_MODELS;
  for (const name of there.sort()) models[name] = isCrowd ? TOO_MANY : await readModel(source, commit, name);
  return { sha: commit.sha, settings, models, problem: commit.problem ?? problem };
}

const TOO_MANY: ModelAt = {
  model: null,
  problem: `the pull request touches more than ${MOST_MODELS} models, which are not looked at together`,
};

async function readSettings(source: Source, { top }: Commit): Promise<Pick<Tree, 'settings' | 'problem'>> {
  const file = top.get('tiltyard.yaml');
  if (file === undefined) return { settings: Settings.parse({}), problem: null };
  try {
    const { value } = parseSettings(await documentOf(source, file, 'tiltyard.yaml'), 'tiltyard.yaml');
    return { settings: value, problem: null };
  } catch (error) {
    if (error instanceof UserError) return { settings: Settings.parse({}), problem: error.message };
    throw error;
  }
}

async function readModel(source: Source, { models }: Commit, name: string): Promise<ModelAt> {
  const { key, memory } = source;
  // The folder's digest stands for all that is read here.
  return memory.models.read(key(name, models.get(name)?.sha ?? ''), async () => {
    try {
      return await parse(source, models, name);
    } catch (error) {
      if (error instanceof UserError) return { model: null, problem: error.message };
      throw error;
    }
  });
}

/** What is read of a model, by paths from `models/`, as far as its base tells. */
export function documentsOf(name: string, atBase: ModelAt | undefined): string[] {
  const features = atBase?.model?.features ?? 'features.sql';
  return ['model.yaml', 'data.lock.yaml', features].map((file) => `${name}/${file}`);
}

async function parse(source: Source, models: Commit['models'], name: string): Promise<ModelAt> {
  const read = async (file: string) => {
    const entry = models.get(`${name}/${file}`);
    return entry === undefined ? null : documentOf(source, entry, `models/${name}/${file}`);
  };
  const path = `models/${name}/model.yaml`;
  const { model, where } = parseModel((await read('model.yaml')) ?? '', path);
  if (model.name !== name) return { model: null, problem: `${path} calls its model ${JSON.stringify(model.name)}` };
  const features = await read(model.features);
  const lock = await read('data.lock.yaml');
  const pins = lock === null ? null : parseDataLock(lock, `models/${name}/data.lock.yaml`).value;
  return { model, where, features, lock: pins, problem: null };
}

/** A file must be read of which a comparison does not show all. */
export class NotListed extends Error {
  override readonly name = 'NotListed';
}

/** @throws UserError for what is no file, or too large for one of ours; NotListed. */
async function documentOf(source: Source, { bytes, kind, sha }: TreeEntry, path: string): Promise<string> {
  if (bytes === UNKNOWN) throw new NotListed(path);
  if (kind !== 'file') throw new UserError(`${path} is no file`, { fix: 'Put the file itself there.' });
  if (bytes > LARGEST_DOCUMENT) throw new UserError(`${path} has ${bytes} bytes`, { fix: 'Keep data out of it.' });
  return textOf(source, sha);
}

function byPath(entries: readonly TreeEntry[]): Map<string, TreeEntry> {
  return new Map(entries.map((entry) => [entry.path, entry]));
}
