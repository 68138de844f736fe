import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { listVersions, readVersion, registryFolder } from '#lib/registry/working-tree.ts';
import { UserError } from '#registry/error.ts';
import { Training } from '#registry/evidence/training.ts';
import { printable } from '#registry/printable.ts';
import { fromRun, fromVersion, isOf, type KeptRun } from '#registry/runs/kept-run.ts';
import type { Version } from '#registry/version.ts';
import { listRuns, sweepRuns } from '../train/runs.ts';

/**
 * Every run of a model, or of all, by the time of its beginning: those of this folder, and those of registered versions.
 * `onBroken` hears of what can't be read, in a sentence; the others are found all the same.
 */
export async function findRuns(
  root: string,
  only: string | null,
  onBroken: (what: string) => void,
): Promise<KeptRun[]> {
  const runs: KeptRun[] = [];
  for (const model of only === null ? await listModels(root) : [only])
    runs.push(...(await runsOf(root, model, onBroken)));
  return runs.sort((a, b) => compare(a.started_at ?? '', b.started_at ?? '') || compare(a.name, b.name));
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

async function listModels(root: string): Promise<string[]> {
  const folders = [join(root, '.tiltyard', 'runs'), join(root, 'registry')];
  const names = await Promise.all(folders.map((folder) => readdir(folder, { withFileTypes: true }).catch(() => [])));
  return [...new Set(names.flat().flatMap((entry) => (entry.isDirectory() ? [entry.name] : [])))].sort();
}

async function runsOf(root: string, model: string, onBroken: (what: string) => void): Promise<KeptRun[]> {
  // A run that was killed says so only after this.
  await sweepRuns(root, model);
  const versions: Version[] = [];
  for (const number of await listVersions(root, model)) {
    try {
      versions.push((await readVersion(root, model, number)).value);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onBroken(`${error.message}\nVersion ${number} of ${model} is not listed. ${error.fix}`);
    }
  }
  const broken = (path: string, why: string) =>
    onBroken(
      `${printable(relative(root, path))} can’t be read, and its run is not listed: ${printable(why)}. Remove the folder of that run, or move it away.`,
    );
  const found: KeptRun[] = [];
  const told = new Set<Version>();
  for (const { folder, run } of await listRuns(root, model, broken)) {
    const training = await readTraining(join(folder, 'training.json'));
    const version = versions.find((one) => !told.has(one) && run.purpose === 'train' && isOf(one, run));
    if (version !== undefined) told.add(version);
    found.push(fromRun(run, training, version?.version ?? null));
  }
  for (const version of versions) {
    if (told.has(version)) continue;
    const name = `training-${version.evidence.training}.json`;
    found.push(fromVersion(version, await readTraining(join(root, registryFolder(model), 'evidence', name))));
  }
  return found;
}

/** Training evidence; null where there is none that can be read, which is fsck's to tell. */
async function readTraining(path: string): Promise<Training | null> {
  const text = await readFile(path, 'utf8').catch(() => null);
  try {
    return text === null ? null : (Training.safeParse(JSON.parse(text)).data ?? null);
  } catch {
    return null;
  }
}

/**
 * The run whose name begins so, or that a version was registered of.
 * @throws UserError where there is none, or more than one.
 */
export function pickRun(runs: readonly KeptRun[], wanted: string): KeptRun {
  const exact = runs.filter(({ name, version }) => name === wanted || version === wanted);
  const found = exact.length > 0 ? exact : runs.filter(({ name }) => name.startsWith(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const listed = (some: readonly KeptRun[]) => some.slice(-10).map(({ name, model }) => `${name} (${model})`);
  if (found.length > 1) {
    throw new UserError(`${found.length} runs begin with ${JSON.stringify(wanted)}`, {
      fix: `Give more of the name, or the model: ${listed(found).join(', ')}.`,
    });
  }
  throw new UserError(`there is no run ${JSON.stringify(wanted)}`, {
    fix: runs.length === 0 ? 'Train first: tiltyard train.' : `Choose one of ${listed(runs).join(', ')}.`,
  });
}
