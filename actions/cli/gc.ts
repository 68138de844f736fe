import { resolve } from 'node:path';
import { z } from 'zod';
import { openRepository } from '#lib/git/repository.ts';
import { flag, number } from '#lib/inputs.ts';
import { loadSettings } from '#lib/load-settings.ts';
import { namedDigests, remoteTips } from '#lib/registry/named-digests.ts';
import { type StoreContents, sortStore } from '#lib/store/garbage.ts';
import { openStore } from '#lib/store/open.ts';
import type { Store } from '#lib/store/store.ts';
import type { Verb } from '#lib/verb.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import { plural } from '#registry/markdown/number.ts';

const DAY = 86_400_000;

export const GcInputs = z.strictObject({
  yes: flag(false).describe('Delete them; without it they are only listed'),
  'dry-run': flag(false).describe('Only list them, which is the default'),
  'grace-days': number()
    .nonnegative()
    .default(7)
    .describe('Keep what was written in so many days, since its manifest may still be on its way'),
  remotes: flag(true).describe('Ask the remotes of this clone whether they have branches that it does not know'),
  'ignore-missing': flag(false).describe('Delete although the store lacks artifacts that the registry names'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/ and tiltyard.yaml'),
});

/** More would scroll the end away. */
const MOST = 100;

export const verb: Verb<typeof GcInputs> = {
  description:
    'Lists what lies in the artifact store and nothing in the registry names, on any branch; --yes deletes it.',
  inputs: GcInputs,
  async run(inputs, world) {
    if (inputs.yes && inputs['dry-run']) {
      throw new UserError('--yes deletes, and --dry-run only lists', { fix: 'Give one of them.' });
    }
    const root = resolve(inputs.root);
    const { store: settings } = await loadSettings(root);
    const store = await openStore(settings, { root, ...world });
    const contents = await sort(store, inputs, root, world);
    tell(contents, store, world);
    if (!inputs.yes) {
      if (contents.garbage.length > 0) world.print('Nothing was deleted; --yes deletes them.');
      return 0;
    }
    if (contents.missing.length > 0 && !inputs['ignore-missing']) {
      throw new UserError('nothing was deleted: of the artifacts that are missing some files may be among the above', {
        fix: 'Register them again; or give --ignore-missing, if they are lost for good.',
      });
    }
    await clear(store, contents, world);
    return 0;
  },
};

async function sort(
  store: Store,
  inputs: z.output<typeof GcInputs>,
  root: string,
  world: World,
): Promise<StoreContents> {
  const repository = await openRepository({ root, env: world.env, signal: world.signal });
  if (repository.shallow) {
    throw new UserError(`the clone in ${root} is shallow: it does not know all that the registry names`, {
      fix: 'Run git fetch --unshallow; in a workflow check out with fetch-depth: 0.',
    });
  }
  world.progress('reading what the registry names');
  const tips = inputs.remotes ? await remoteTips(repository) : [];
  const named = await namedDigests(repository, tips);
  return sortStore(store, named, {
    before: new Date(world.now().getTime() - inputs['grace-days'] * DAY),
    temporary: await world.temporaryFolder(),
    onStep: world.progress,
  });
}

function tell({ garbage, bytes, young, named, missing }: StoreContents, { uri }: Store, world: World): void {
  for (const { key, bytes: size, modified } of garbage.slice(0, MOST)) {
    world.print(`${key}  ${megabytes(size)}  ${modified.toISOString().slice(0, 10)}`);
  }
  if (garbage.length > MOST) world.print(`and ${garbage.length - MOST} more`);
  world.print(`${uri}: ${plural(garbage.length, 'object')} (${megabytes(bytes)}) that nothing names`);
  world.print(`kept: ${plural(named, 'object')} by name, ${young} for being new`);
  for (const digest of missing) world.error(`missing: the registry names ${digest}, which the store does not have`);
}

/** Deletes what is still as it was when it was listed; what somebody put there again meanwhile stays. */
async function clear(store: Store, { garbage }: StoreContents, world: World): Promise<void> {
  let deleted = 0;
  for (const { key, modified } of garbage) {
    world.signal.throwIfAborted();
    world.progress(`deleting: ${deleted + 1} of ${garbage.length}`);
    const now = await store.stat(key);
    if (now === null || now.modified.getTime() > modified.getTime()) continue;
    await store.remove(key);
    deleted++;
  }
  const swept = await store.sweep(new Date(world.now().getTime() - DAY));
  world.print(`Deleted ${plural(deleted, 'object')}, and ${plural(swept, 'interrupted upload')} older than a day.`);
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}
