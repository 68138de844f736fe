import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { readTextIfThere } from '#lib/read-text.ts';
import { asPlaceError } from '#lib/write.ts';
import { UserError } from '#registry/error.ts';
import { Run } from '#registry/run.ts';
import { killMarked } from './process-tree.ts';

/** The folder of a model's runs, from the repository's root. */
export function runsFolder(root: string, model: string): string {
  return join(root, '.tiltyard', 'runs', model);
}

/** A name that no other run has; by its name, runs sort by their beginning. */
export function newRunName(now: Date): string {
  return `${now.toISOString().slice(0, 19).replaceAll(':', '-')}-${randomBytes(4).toString('hex')}`;
}

/** What a run's folder has only where it succeeded. */
export const RESULTS = ['artifact', 'training.json'];

/** Writes run.json of a run, never half of it. */
export async function writeRun(folder: string, run: Run): Promise<void> {
  const path = join(folder, 'run.json');
  try {
    await mkdir(folder, { recursive: true });
    await writeFile(`${path}.part`, `${JSON.stringify(Run.parse(run), null, 1)}\n`);
    await rename(`${path}.part`, path);
  } catch (error) {
    throw asPlaceError(error, path);
  }
}

/** Every run of a model that can be read, the oldest first; of one that can't, `onBroken` hears where it lies and why. */
export async function listRuns(
  root: string,
  model: string,
  onBroken: (path: string, why: string) => void = () => {},
): Promise<{ folder: string; run: Run }[]> {
  const folder = runsFolder(root, model);
  const found: { folder: string; run: Run }[] = [];
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.sort()) {
    const path = join(folder, name, 'run.json');
    try {
      const text = await readTextIfThere(path, 'it');
      // Of a run that has just begun the folder may be there first.
      if (text !== null) found.push({ folder: join(folder, name), run: readRun(text, name) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      onBroken(path, error.message);
    }
  }
  return found;
}

function readRun(text: string, name: string): Run {
  const fix = 'Remove the folder of that run.';
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new UserError('it is no JSON', { fix, cause });
  }
  const { data: run, error } = Run.safeParse(document);
  const at = error?.issues[0]?.path.join('.') ?? '';
  if (run === undefined) throw new UserError(`${at === '' ? 'it' : at} is not as it was written`, { fix });
  if (run.run !== name) throw new UserError(`it is of the run ${run.run}`, { fix });
  return run;
}

/** This process, as others find out whether it still runs. */
export function thisProcess(): { host: string; pid: number } {
  // Also the name of a folder.
  return { host: hostname().replace(/[^A-Za-z0-9.-]/g, '_'), pid: process.pid };
}

/** The folder in which runs work before they have anything to show. */
export function workFolder(root: string): string {
  return join(root, '.tiltyard', 'work');
}

/**
 * Makes a folder to work in, whose name says whose it is, so that it can be swept once its process is gone: nothing in it
 * could say so, as removing it may have been broken off anywhere.
 */
export async function openWork(root: string): Promise<string> {
  const { host, pid } = thisProcess();
  const folder = join(workFolder(root), `${pid}-${host}-${randomBytes(4).toString('hex')}`);
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asPlaceError(error, folder);
  }
  return folder;
}

const WORK = /^(\d+)-(.+)-[0-9a-f]{8}$/;

/**
 * Clears away what killed runs left: ends processes that outlived them, removes the folders they worked in, and writes
 * into their run.json that they were killed.
 */
export async function sweepRuns(root: string, model: string): Promise<void> {
  for (const { folder, run } of await listRuns(root, model)) {
    if (run.state !== 'running' || !isGone(run.process)) continue;
    killMarked(run.run);
    // Only together with a run.json that says so they are what a run came to.
    for (const half of RESULTS) await rm(join(folder, half), { recursive: true, force: true });
    await writeRun(folder, { ...run, state: 'interrupted', why: 'It was killed.', process: null });
  }
  const work = workFolder(root);
  for (const name of await readdir(work).catch(() => [])) {
    const owner = WORK.exec(name);
    if (owner === null || !isGone({ host: owner[2], pid: Number(owner[1]) })) continue;
    await rm(join(work, name), { recursive: true, force: true });
  }
}

/** Whether a process of this machine is gone; of another machine nobody can tell. */
function isGone(owner: Run['process']): boolean {
  if (owner === null || owner.host !== thisProcess().host) return owner === null;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ESRCH';
  }
}
