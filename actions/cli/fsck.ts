import { lstat, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pc from 'picocolors';
import { z } from 'zod';
import { openRepository } from '#lib/git/repository.ts';
import { flag } from '#lib/inputs.ts';
import { loadSettings } from '#lib/load-settings.ts';
import {
  type ArtifactCheck,
  type CheckedArtifacts,
  checkArtifacts,
  type Unasked,
} from '#lib/registry/check-artifacts.ts';
import { readTimeline } from '#lib/registry/timeline.ts';
import type { Verb } from '#lib/verb.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import type { Fault } from '#registry/fsck/fault.ts';
import { replay } from '#registry/fsck/replay.ts';
import { shortId } from '#registry/history/commit.ts';
import { plural } from '#registry/markdown/number.ts';
import { printable } from '#registry/printable.ts';

export const FsckInputs = z.strictObject({
  model: z.string().min(1).optional().describe('Only this model; by default all that registry/ holds'),
  store: flag(true).describe('Ask the store for every artifact'),
  deep: flag(false).describe('Read every artifact again and take its sha256, rather than ask for its size'),
  since: z
    .string()
    .min(1)
    .optional()
    .describe('Take the registry as it was at this commit, and check what came after; for faults that are known'),
  format: z.enum(['text', 'json']).default('text').describe('How to print it: text or json'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
});

const FAULTS_FOUND = 1;
/** As for a user's mistake: not all of it could be looked at. */
const NOT_CHECKED = 3;
/** More would scroll the first ones away; `--format json` has all. */
const MOST = 100;

export const verb: Verb<typeof FsckInputs> = {
  description: 'Checks the registry: each state that git knows of it, and that the store has every artifact.',
  inputs: FsckInputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const repository = await openRepository({ root, env: world.env, signal: world.signal });
    world.progress('reading the history of registry/');
    const timeline = await readTimeline(repository, { since: inputs.since ?? null, now: world.now() });
    const { faults, models } = replay({ ...timeline, model: inputs.model ?? null });
    if (inputs.model !== undefined && models.length === 0) {
      throw new UserError(`registry/ has no model ${JSON.stringify(inputs.model)}, and never had`, {
        fix: 'Name a folder under registry/, or leave --model out.',
      });
    }
    const versions = models.reduce((sum, { manifests }) => sum + manifests.size, 0);
    if (versions === 0 && faults.length === 0) await requireRoom(root);
    const stored = inputs.store || inputs.deep ? await askStores({ root, models, deep: inputs.deep }, world) : null;
    const found: Found = {
      head: repository.head,
      shallow: repository.shallow,
      models: models.length,
      versions,
      commits: timeline.commits.length,
      artifacts: stored?.artifacts ?? null,
      faults: [...faults, ...(stored?.faults ?? [])],
      not_asked: stored?.unasked ?? [],
    };
    if (inputs.format === 'json') world.print(JSON.stringify(found, null, 2));
    else tell(found, inputs.deep, world);
    if (found.faults.length > 0) return FAULTS_FOUND;
    return found.not_asked.length > 0 ? NOT_CHECKED : 0;
  },
};

/** What was looked at, and what was found; as `--format json` prints it. */
interface Found {
  head: string;
  shallow: boolean;
  models: number;
  versions: number;
  commits: number;
  /** How many the stores were asked for; null where they were not asked. */
  artifacts: number | null;
  faults: Fault[];
  not_asked: Unasked[];
}

function tell(
  { shallow, models, versions, commits, artifacts, faults, not_asked }: Found,
  deep: boolean,
  world: World,
) {
  for (const one of faults.slice(0, MOST)) world.print(say(one));
  if (faults.length > MOST) world.print(`and ${faults.length - MOST} more; --format json tells all.`);
  for (const one of not_asked) world.error(sayUnasked(one));
  if (shallow) {
    world.print('This clone is shallow: commits before its first were not checked. git fetch --unshallow brings them.');
  }
  const looked = `${plural(versions, 'version')} of ${plural(models, 'model')} in ${plural(commits, 'commit')}`;
  const asked =
    artifacts === null
      ? '; the store was not asked'
      : `; ${plural(artifacts, 'artifact')} ${deep ? 'read again from the store' : 'found in the store by size'}`;
  if (faults.length > 0) {
    const count = `${plural(faults.length, 'fault')} in the registry`;
    world.print(`${pc.red('✗')} ${count}: ${looked}${artifacts === null ? asked : ''}.`);
  } else if (not_asked.length > 0) {
    world.print(`${pc.red('✗')} No fault in what could be checked: ${looked}${asked}.`);
  } else if (versions === 0) {
    world.print('Nothing is registered yet, so there was nothing to check.');
  } else world.print(`${pc.green('✓')} The registry is sound: ${looked}${asked}.`);
}

/**
 * @throws UserError where something else is in the registry's place, or not even models are there: then this is hardly the
 *   root that was meant.
 */
async function requireRoom(root: string): Promise<void> {
  const registry = await lstat(join(root, 'registry')).catch(() => null);
  if (registry?.isDirectory() === false) {
    throw new UserError(`${join(root, 'registry')} is no folder, so that nothing can be registered`, {
      fix: 'Remove it, or restore the folder that was there: git log -- registry shows what became of it.',
    });
  }
  const models = await stat(join(root, 'models')).catch(() => null);
  if (models?.isDirectory() === true) return;
  throw new UserError(`${root} has no registered version and no models/, so there is nothing to check`, {
    fix: 'Run it in the root of your repository, the folder that holds models/ and registry/, or give --root.',
  });
}

async function askStores(
  request: Pick<ArtifactCheck, 'root' | 'models' | 'deep'>,
  world: World,
): Promise<CheckedArtifacts> {
  try {
    const { store: settings } = await loadSettings(request.root);
    return await checkArtifacts({ ...request, settings }, world);
  } catch (error) {
    // What was found in git is told all the same.
    if (!(error instanceof UserError)) throw error;
    const artifacts = request.models.reduce((sum, { manifests }) => sum + manifests.size, 0);
    const { message, fix } = error;
    return { artifacts: 0, faults: [], unasked: [{ store: null, artifacts, message, fix }] };
  }
}

function say({ commit, path, line, message, fix }: Fault): string {
  const at = `${path}${line === null ? '' : `:${line}`}`;
  const where = commit === null ? '' : ` (commit ${shortId(commit)})`;
  return `${pc.red('✗')} ${printable(`${at}${where}: ${message}`)}\n  ${pc.dim('→')} ${printable(fix)}`;
}

function sayUnasked({ artifacts, message, fix }: Unasked): string {
  const what = `not checked: ${plural(artifacts, 'artifact')}, since ${message}`;
  return `${pc.red('✗')} ${printable(what)}\n  ${pc.dim('→')} ${printable(fix)}`;
}
