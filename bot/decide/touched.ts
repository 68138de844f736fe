import type { Pull } from '../snapshot/snapshot.ts';
import { registryChanges } from './registry-change.ts';
import { registryOf } from './registry-reports.ts';

/** Whether a pull request touches anything that is ours to look at, as far as GitHub says. */
export function touchesUs({ files, registry }: Pull): boolean {
  const ours = ({ path }: { path: string }) => path === 'tiltyard.yaml' || path.startsWith('models/');
  return registry !== null || files === null || files.some(ours);
}

/** The folder under `models/` that a file lies in, at any depth; null for a file of no model. */
export function folderOf(path: string): string | null {
  const [top, model, ...rest] = path.split('/');
  return top === 'models' && model !== undefined && rest.length > 0 ? model : null;
}

/** Who touches more models than this at once gets no comment and no check for each: anybody may open a pull request. */
export const MOST_MODELS = 100;

/** What a pull request may change of the models, by name. */
export interface Touched {
  /** Models whose recipe or policy it may change, so that they are to be evaluated. */
  models: string[];
  /** Models whose registry it changes, also those that have no folder under `models/`. */
  registries: string[];
}

/**
 * Models are touched where a file of their folder changes; all of them where `tiltyard.yaml` does, or where GitHub did not
 * list all files. What changes under `registry/` is told by the trees.
 */
export function touchedBy(pull: Pull): Touched {
  const { files, atBase, atHead } = pull;
  const known = new Set([...Object.keys(atBase.models), ...Object.keys(atHead.models)]);
  const all = files === null || files.some(({ path }) => path === 'tiltyard.yaml');
  const named = (files ?? []).flatMap(({ path }) => folderOf(path) ?? []);
  const registries = registryChanges(pull).map(({ path }) => registryOf(path));
  // Where it could not be read, nobody knows what it changes.
  if (pull.registry !== null && pull.registry.problem !== null && registries.length === 0) registries.push('');
  return {
    models: (all ? [...known] : [...new Set(named)].filter((name) => known.has(name))).sort(),
    registries: [...new Set(registries)].sort(),
  };
}
