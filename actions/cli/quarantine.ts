import { z } from 'zod';
import type { Verb } from '#lib/verb.ts';
import { moveChannels, moveInputs, reasonInput, versionInput } from './move-channels.ts';

const Inputs = z.strictObject({
  version: versionInput,
  ...moveInputs,
  reason: reasonInput.describe('Why it must not serve'),
});

export const verb: Verb<typeof Inputs> = {
  description: 'Keeps a version’s artifact from serving, under whatever number; for the champion, roll back instead.',
  inputs: Inputs,
  positional: ['version'],
  async run({ version, reason, ...inputs }, world) {
    return moveChannels(inputs, world, () => ({ kind: 'quarantine', version, reason }));
  },
};
