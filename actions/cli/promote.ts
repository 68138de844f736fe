import { z } from 'zod';
import type { Verb } from '#lib/verb.ts';
import { Traffic } from '#registry/channels.ts';
import { UserError } from '#registry/error.ts';
import { moveChannels, moveInputs, reasonInput, versionInput } from './move-channels.ts';

const Inputs = z.strictObject({
  version: versionInput,
  ...moveInputs,
  traffic: z.coerce
    .number('is not a number')
    .pipe(Traffic)
    .optional()
    .describe(
      'Make it the canary with this share of the traffic, in per cent; without it, the canary becomes champion',
    ),
  quarantine: reasonInput.optional().describe('Quarantine the champion that it replaces, for this reason'),
});

export const verb: Verb<typeof Inputs> = {
  description: 'Moves a registered version to canary, the canary to another share of the traffic, or to champion.',
  inputs: Inputs,
  positional: ['version'],
  async run({ version, traffic, quarantine, ...inputs }, world) {
    if (traffic !== undefined && quarantine !== undefined) {
      throw new UserError('--quarantine says why the champion leaves, but with --traffic it stays', {
        fix: 'Leave one of them out.',
      });
    }
    return moveChannels(inputs, world, () =>
      traffic === undefined
        ? { kind: 'promote', version, quarantine: quarantine ?? null }
        : { kind: 'canary', version, traffic },
    );
  },
};
