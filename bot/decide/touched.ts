import type { Pull } from '../snapshot/snapshot.ts';

const OF_A_MODEL = /^(?:models|registry)\/([^/]+)\//;

/**
 * The models that a pull request may change, by name: those whose folders it touches; every one where `tiltyard.yaml`
 * changes, or where GitHub did not list all of its files.
 */
export function touchedModels({ files, atBase, atHead }: Pull): string[] {
  const known = new Set([...Object.keys(atBase.models), ...Object.keys(atHead.models)]);
  if (files === null || files.some(({ path }) => path === 'tiltyard.yaml')) return [...known].sort();
  const named = files.flatMap(({ path }) => OF_A_MODEL.exec(path)?.[1] ?? []);
  return [...new Set(named)].filter((name) => known.has(name)).sort();
}
