import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { readRecord } from '#lib/registry/record.ts';
import type { Verb } from '#lib/verb.ts';
import { writeTogether } from '#lib/write.ts';
import { modelCard } from '#registry/markdown/card.ts';
import { readOwnerParts } from '#registry/markdown/owner-parts.ts';

const Inputs = z.strictObject({
  version: z.string().min(1).describe('The version, as 1.4.0'),
  model: z.string().min(1).describe('The model: the name of a folder under registry/'),
  out: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The file to write; of one that is there, the parts that its owner wrote are kept. By default it is printed',
    ),
  root: z.string().min(1).default('.').describe('Root of the repository that holds registry/'),
});

export const verb: Verb<typeof Inputs> = {
  description: 'Writes the model card of a version from its manifest and evidence.',
  inputs: Inputs,
  positional: ['version'],
  async run({ version, model, out, root }, world) {
    const record = await readRecord(resolve(root), model, version);
    if (out === undefined) {
      world.print(modelCard(record, new Map()).trimEnd());
      return 0;
    }
    const path = resolve(out);
    const before = await readFile(path, 'utf8').catch((error: unknown) => {
      // A folder is refused where the card would be written.
      if (error instanceof Error && 'code' in error && /^(ENOENT|EISDIR|ENOTDIR)$/.test(String(error.code)))
        return null;
      throw error;
    });
    const text = modelCard(record, before === null ? new Map() : readOwnerParts(before, out));
    await writeTogether({ [path]: before?.includes('\r\n') === true ? text.replaceAll('\n', '\r\n') : text });
    world.print(`${out}: the model card of ${model} ${version}`);
    return 0;
  },
};
