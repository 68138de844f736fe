import { join, resolve } from 'node:path';
import { z } from 'zod';
import { listVersions, readChannels, readVersion, registryFolder } from '#lib/registry/working-tree.ts';
import type { World } from '#lib/world.ts';
import { writeTogether } from '#lib/write.ts';
import { standingQuarantine } from '#registry/channel-rules.ts';
import type { Channels } from '#registry/channels.ts';
import { editChannels } from '#registry/edit-channels.ts';
import { UserError } from '#registry/error.ts';
import { sayMove } from '#registry/move-sentence.ts';
import type { Move, MoveContext } from '#registry/moves.ts';
import { namedVersions } from '#registry/registration.ts';
import { VersionNumber } from '#registry/version.ts';

/** Inputs that every command that moves a version has. */
export const moveInputs = {
  model: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'is no name of a model')
    .describe('The model: the name of a folder under registry/'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
};

/**
 * Makes one move in channels.yaml of the working tree, and says what comes next. It needs nothing of models/: a rollback
 * works where model.yaml is broken.
 * @param choose The move, from the channels as they are.
 * @param check Refuses a legal move for what the channels do not tell.
 */
export async function moveChannels(
  inputs: { model: string; root: string },
  world: World,
  choose: (channels: Channels, context: MoveContext) => Move,
  check: () => Promise<void> = async () => {},
): Promise<number> {
  const { model } = inputs;
  const root = resolve(inputs.root);
  const { path, text, document } = await readChannels(root, model);
  const known = await listVersions(root, model);
  if (text === null && known.length === 0) {
    throw new UserError(`${registryFolder(model)} has no version`, {
      fix: 'Register one first, or run it in the root of your repository, or give --root.',
    });
  }
  const registered = new Map<VersionNumber, string>();
  const learn = async (versions: readonly VersionNumber[]) => {
    for (const version of versions.filter((one) => known.includes(one) && !registered.has(one))) {
      registered.set(version, (await readVersion(root, model, version)).value.artifact.digest);
    }
  };
  await learn(namedVersions(document.value));
  const context = { registered, today: world.now().toISOString().slice(0, 10) };
  const move = choose(document.value, context);
  await learn(versionsOf(move));
  const edited = editChannels(text ?? '', move, context, path);
  await check();
  world.signal.throwIfAborted();
  if ((await readChannels(root, model)).text !== text) {
    throw new UserError(`somebody else changed ${path} at the same time`, { fix: 'Look at it, and try again.' });
  }
  await writeTogether({ [join(root, path)]: edited });
  world.print(`${model}: ${sayMove(move)}`);
  world.print(`Wrote ${join(inputs.root, path)}`);
  world.print(`Next: commit ${registryFolder(model)} and open a pull request; production follows once it is merged.`);
  return 0;
}

function versionsOf(move: Move): VersionNumber[] {
  if (move.kind === 'withdraw') return [];
  return [move.kind === 'rollback' ? move.to : move.version];
}

/** A version as a person gives it. */
export const versionInput = VersionNumber.describe('The version, such as 1.4.0');

/** A reason as a person gives it, for those who ask later: one line, wherever it is shown. */
export const reasonInput = z
  .string()
  .trim()
  .min(1, 'needs some words')
  .transform((text) => text.replaceAll(/\s+/g, ' '));

/** The version that a rollback leads to where none is named: the last champion before that may serve. */
export function championBefore(channels: Channels, context: MoveContext, model: string): VersionNumber {
  const free = channels.retired.filter((version) => {
    const digest = context.registered.get(version);
    return digest === undefined || standingQuarantine(channels, digest, context.today) === null;
  });
  const last = free.at(-1);
  if (last !== undefined) return last;
  throw new UserError(`${model} has no retired version to roll back to`, {
    fix: 'Give another version a share of the traffic, and promote it.',
  });
}
