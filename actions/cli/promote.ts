import { resolve } from 'node:path';
import { z } from 'zod';
import { number } from '#lib/inputs.ts';
import type { Verb } from '#lib/verb.ts';
import { Traffic } from '#registry/channels.ts';
import { UserError } from '#registry/error.ts';
import type { Move } from '#registry/moves.ts';
import { requireComparison } from './compared.ts';
import { moveChannels, moveInputs, reasonInput, versionInput } from './move-channels.ts';

const Inputs = z.strictObject({
  version: versionInput,
  ...moveInputs,
  traffic: number()
    .pipe(Traffic)
    .optional()
    .describe(
      'Make it the canary with this share of the traffic, in per cent; without it, the canary becomes champion',
    ),
  reason: reasonInput
    .optional()
    .describe('Why it may move though its evaluation does not compare it with the champion of now'),
  quarantine: reasonInput.optional().describe('Quarantine the champion that it replaces, for this reason'),
});

export const verb: Verb<typeof Inputs> = {
  description: 'Moves a registered version to canary, the canary to another share of the traffic, or to champion.',
  inputs: Inputs,
  positional: ['version'],
  async run({ version, traffic, quarantine, reason, ...inputs }, world) {
    if (traffic !== undefined && quarantine !== undefined) {
      throw new UserError('--quarantine says why the champion leaves, but with --traffic it stays', {
        fix: 'Leave one of them out.',
      });
    }
    const move: Move =
      traffic === undefined
        ? { kind: 'promote', version, quarantine: quarantine ?? null }
        : { kind: 'canary', version, traffic };
    const status = await moveChannels(
      inputs,
      world,
      () => move,
      async () => {
        if (reason === undefined) await requireComparison(resolve(inputs.root), inputs.model, version);
      },
    );
    if (reason !== undefined) world.print(`Say why in the commit’s message, which tiltyard history repeats: ${reason}`);
    return status;
  },
};
