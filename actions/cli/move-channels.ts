import { join, resolve } from 'node:path';
import { z } from 'zod';
import { loadModel } from '#lib/load-model.ts';
import { listVersions, readChannels, readVersion, registryFolder } from '#lib/registry/working-tree.ts';
import type { World } from '#lib/world.ts';
import { writeTogether } from '#lib/write.ts';
import type { Channels } from '#registry/channels.ts';
import { editChannels } from '#registry/edit-channels.ts';
import { UserError } from '#registry/error.ts';
import { sayMove } from '#registry/move-sentence.ts';
import type { Move } from '#registry/moves.ts';
import { namedVersions } from '#registry/registration.ts';
import { VersionNumber } from '#registry/version.ts';

/** Inputs that every command that moves a version has. */
export const moveInputs = {
  model: z.string().min(1).describe('The model: the name of a folder under models/'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
};

/**
 * Makes one move in channels.yaml of the working tree, and says what comes next.
 * @param choose The move, from the channels as they are.
 */
export async function moveChannels(
  inputs: { model: string; root: string },
  world: World,
  choose: (channels: Channels) => Move,
): Promise<number> {
  const root = resolve(inputs.root);
  const { model } = await loadModel(root, inputs.model);
  const { path, text, document } = await readChannels(root, model.name);
  const move = choose(document.value);
  const known = new Set(await listVersions(root, model.name));
  const registered = new Map<VersionNumber, string>();
  for (const version of new Set([...namedVersions(document.value), ...versionsOf(move)])) {
    if (known.has(version)) {
      registered.set(version, (await readVersion(root, model.name, version)).value.artifact.digest);
    }
  }
  const today = world.now().toISOString().slice(0, 10);
  const edited = editChannels(text ?? '', move, { registered, today }, path);
  world.signal.throwIfAborted();
  await writeTogether({ [join(root, path)]: edited });
  world.print(`${model.name}: ${sayMove(move)}`);
  world.print(`Wrote ${join(inputs.root, path)}`);
  world.print(
    `Next: commit ${registryFolder(model.name)} and open a pull request; production follows once it is merged.`,
  );
  return 0;
}

function versionsOf(move: Move): VersionNumber[] {
  if (move.kind === 'withdraw') return [];
  return [move.kind === 'rollback' ? move.to : move.version];
}

/** A version as a person gives it. */
export const versionInput = VersionNumber.describe('The version, such as 1.4.0');

/** A reason as a person gives it, for those who ask later. */
export const reasonInput = z.string().trim().min(1, 'needs some words');

/** The version that a rollback leads to where none is named: the champion of before. */
export function championBefore({ retired }: Channels, model: string): VersionNumber {
  const last = retired.at(-1);
  if (last !== undefined) return last;
  throw new UserError(`${model} has no retired version to roll back to`, {
    fix: 'Give another version a share of the traffic, and promote it.',
  });
}
