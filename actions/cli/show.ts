import { resolve } from 'node:path';
import { z } from 'zod';
import { readRecord } from '#lib/registry/record.ts';
import type { Verb } from '#lib/verb.ts';
import { versionPage } from '#registry/markdown/version.ts';

const Inputs = z.strictObject({
  version: z.string().min(1).describe('The version, as 1.4.0'),
  model: z.string().min(1).describe('The model: the name of a folder under registry/'),
  format: z.enum(['markdown', 'json']).default('markdown').describe('How to print it: markdown or json'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
});

export const verb: Verb<typeof Inputs> = {
  description: 'Shows all that is known of a registered version.',
  inputs: Inputs,
  positional: ['version'],
  async run({ version, model, format, root }, world) {
    const record = await readRecord(resolve(root), model, version);
    world.print(format === 'json' ? JSON.stringify(record, null, 2) : versionPage(record).trimEnd());
    return 0;
  },
};
