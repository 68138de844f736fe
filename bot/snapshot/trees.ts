import { parseDataLock } from '#registry/data-lock.ts';
import { UserError } from '#registry/error.ts';
import type { GitHub, Place } from '#registry/github/client.ts';
import { getBlob, getTree, type TreeFile } from '#registry/github/trees.ts';
import { parseModel } from '#registry/parse-model.ts';
import { parseSettings, Settings } from '#registry/settings.ts';
import type { ModelAt, Tree } from './snapshot.ts';

/** Reads what commits say, each file once: content is named by its digest, so it may be kept for as long as there is room. */
export interface Trees {
  at(commit: string): Promise<Tree>;
}

/** A model.yaml that is larger is none. */
const LARGEST = 1_000_000;
const MODEL_FILE = /^models\/([a-z0-9][a-z0-9-]{0,62})\/model\.yaml$/;

export function readTrees(github: GitHub, place: Place): Trees {
  const blobs = new Map<string, Promise<string>>();
  const trees = new Map<string, Promise<Tree>>();
  const text = ({ blob, bytes, path }: TreeFile) => {
    if (bytes > LARGEST) throw new UserError(`${path} has ${bytes} bytes`, { fix: 'Keep data out of it.' });
    return kept(blobs, blob, () => getBlob(github, place, blob));
  };

  async function read(commit: string): Promise<Tree> {
    const { files } = await getTree(github, place, commit);
    const byPath = new Map(files.map((file) => [file.path, file]));
    const models: Record<string, ModelAt> = {};
    for (const file of files) {
      const name = MODEL_FILE.exec(file.path)?.[1];
      if (name !== undefined) models[name] = await model(name, file, byPath);
    }
    const settings = byPath.get('tiltyard.yaml');
    return { sha: commit, models, settings: settings === undefined ? Settings.parse({}) : await ofSettings(settings) };
  }

  async function ofSettings(file: TreeFile): Promise<Settings> {
    try {
      return parseSettings(await text(file), file.path).value;
    } catch (error) {
      // What a branch writes there wrongly must not stop the bot for all others: the defaults hold, fail-closed ones.
      if (error instanceof UserError) return Settings.parse({});
      throw error;
    }
  }

  async function model(name: string, file: TreeFile, byPath: ReadonlyMap<string, TreeFile>): Promise<ModelAt> {
    const folder = `models/${name}`;
    try {
      const { model, where } = parseModel(await text(file), file.path);
      if (model.name !== name)
        return { model: null, problem: `${file.path} calls its model ${JSON.stringify(model.name)}` };
      const features = byPath.get(`${folder}/${model.features}`);
      const lock = byPath.get(`${folder}/data.lock.yaml`);
      return {
        model,
        where,
        features: features === undefined ? null : await text(features),
        lock: lock === undefined ? null : parseDataLock(await text(lock), lock.path).value,
        problem: null,
      };
    } catch (error) {
      if (error instanceof UserError) return { model: null, problem: error.message };
      throw error;
    }
  }

  return { at: (commit) => kept(trees, commit, () => read(commit)) };
}

/** Made once for each key; a failure is not kept. */
function kept<T>(known: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(key);
  if (before !== undefined) return before;
  const made = make();
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}
