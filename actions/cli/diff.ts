import { resolve } from 'node:path';
import { z } from 'zod';
import { readRecord } from '#lib/registry/record.ts';
import type { Verb } from '#lib/verb.ts';
import { versionDiff } from '#registry/markdown/diff.ts';

const Inputs = z.strictObject({
  before: z.string().min(1).describe('A version, as 1.3.0'),
  after: z.string().min(1).describe('The version to set beside it, as 1.4.0'),
  model: z.string().min(1).describe('The model: the name of a folder under registry/'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
});

export const verb: Verb<typeof Inputs> = {
  description: 'Sets two registered versions side by side: lineage, params, data, features, contract, metrics.',
  inputs: Inputs,
  positional: ['before', 'after'],
  async run({ before, after, model, root }, world) {
    const [older, newer] = await Promise.all([before, after].map((number) => readRecord(resolve(root), model, number)));
    world.print(versionDiff(older, newer).trimEnd());
    return 0;
  },
};
