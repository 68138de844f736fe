import { z } from 'zod';
import type { Verb } from '#lib/verb.ts';
import { moveChannels, moveInputs } from './move-channels.ts';

const Inputs = z.strictObject(moveInputs);

export const verb: Verb<typeof Inputs> = {
  description: 'Takes the canary out of the traffic; it stays registered.',
  inputs: Inputs,
  async run(inputs, world) {
    return moveChannels(inputs, world, () => ({ kind: 'withdraw' }));
  },
};
