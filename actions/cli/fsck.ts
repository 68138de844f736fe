import { resolve } from 'node:path';
import pc from 'picocolors';
import { z } from 'zod';
import { openRepository } from '#lib/git/repository.ts';
import { loadSettings } from '#lib/load-settings.ts';
import { artifactFaults } from '#lib/registry/check-artifacts.ts';
import { readTimeline } from '#lib/registry/timeline.ts';
import type { Verb } from '#lib/verb.ts';
import { UserError } from '#registry/error.ts';
import type { Fault } from '#registry/fsck/fault.ts';
import { replay } from '#registry/fsck/replay.ts';
import { shortId } from '#registry/history/commit.ts';
import { plural } from '#registry/markdown/number.ts';
import { printable } from '#registry/printable.ts';

const flag = (fallback: boolean) =>
  z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(fallback);

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
    let artifacts: number | null = null;
    if (inputs.store || inputs.deep) {
      const { store: settings } = await loadSettings(root);
      const stored = await artifactFaults({ root, settings, models, deep: inputs.deep }, world);
      faults.push(...stored.faults);
      artifacts = stored.artifacts;
    }
    if (inputs.format === 'json') {
      world.print(JSON.stringify({ head: repository.head, shallow: repository.shallow, faults }, null, 2));
      return faults.length === 0 ? 0 : FAULTS_FOUND;
    }
    for (const one of faults.slice(0, MOST)) world.print(say(one));
    if (faults.length > MOST) world.print(`and ${faults.length - MOST} more; --format json tells all.`);
    const versions = models.reduce((sum, { manifests }) => sum + manifests.size, 0);
    const looked = `${plural(versions, 'version')} of ${plural(models.length, 'model')} in ${plural(timeline.commits.length, 'commit')}`;
    const asked =
      artifacts === null
        ? '; the store was not asked'
        : `; ${plural(artifacts, 'artifact')} ${inputs.deep ? 'read again from the store' : 'found in the store by size'}`;
    if (repository.shallow) {
      world.print(
        'This clone is shallow: commits before its first were not checked. git fetch --unshallow brings them.',
      );
    }
    world.print(
      faults.length === 0
        ? `${pc.green('✓')} The registry is sound: ${looked}${asked}.`
        : `${pc.red('✗')} ${plural(faults.length, 'fault')} in the registry: ${looked}${artifacts === null ? asked : ''}.`,
    );
    return faults.length === 0 ? 0 : FAULTS_FOUND;
  },
};

function say({ commit, path, line, message, fix }: Fault): string {
  const at = `${path}${line === null ? '' : `:${line}`}`;
  const where = commit === null ? '' : ` (commit ${shortId(commit)})`;
  return `${pc.red('✗')} ${printable(`${at}${where}: ${message}`)}\n  ${pc.dim('→')} ${printable(fix)}`;
}
