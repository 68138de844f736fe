import { z } from 'zod';
import type { Verb } from '#lib/verb.ts';
import { championBefore, moveChannels, moveInputs, reasonInput, versionInput } from './move-channels.ts';

const Inputs = z.strictObject({
  ...moveInputs,
  to: versionInput.optional().describe('The retired version to go back to; by default the champion before'),
  quarantine: reasonInput.optional().describe('Quarantine the champion that it replaces, for this reason'),
});

export const verb: Verb<typeof Inputs> = {
  description: 'Makes a retired version the champion again.',
  inputs: Inputs,
  async run({ to, quarantine, ...inputs }, world) {
    return moveChannels(inputs, world, (channels, context) => ({
      kind: 'rollback',
      to: to ?? championBefore(channels, context, inputs.model),
      quarantine: quarantine ?? null,
    }));
  },
};
