import { z } from 'zod';
import type { Verb } from '#lib/verb.ts';
import { moveChannels, moveInputs, reasonInput, versionInput } from './move-channels.ts';

const Inputs = z.strictObject({
  version: versionInput,
  ...moveInputs,
  reason: reasonInput.describe('Why it may serve after all'),
  expires: z.iso.date('is no day such as 2026-12-31').describe('The last day on which it may move: 2026-12-31'),
});

export const verb: Verb<typeof Inputs> = {
  description: 'Lets a quarantined version move again, until a day; the quarantine stays written beside it.',
  inputs: Inputs,
  positional: ['version'],
  async run({ version, reason, expires, ...inputs }, world) {
    return moveChannels(inputs, world, () => ({ kind: 'override', version, reason, expires }));
  },
};
