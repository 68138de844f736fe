import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { z } from 'zod';
import { loadModel } from '#lib/load-model.ts';
import { readRecord } from '#lib/registry/record.ts';
import type { Verb } from '#lib/verb.ts';
import { writeTogether } from '#lib/write.ts';
import { UserError } from '#registry/error.ts';
import { judge } from '#registry/judge.ts';
import { type JudgedNow, modelCard } from '#registry/markdown/card.ts';
import { readOwnerParts } from '#registry/markdown/owner-parts.ts';
import type { VersionRecord } from '#registry/record.ts';

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
    const judged = await judgedNow(resolve(root), record);
    if (out === undefined) {
      world.print(modelCard(record, judged, new Map()).trimEnd());
      return 0;
    }
    const path = resolve(out);
    const before = await readFile(path, 'utf8').catch((error: unknown) => {
      // A folder is refused where the card would be written.
      if (error instanceof Error && 'code' in error && /^(ENOENT|EISDIR|ENOTDIR)$/.test(String(error.code)))
        return null;
      throw error;
    });
    const text = modelCard(record, judged, before === null ? new Map() : readOwnerParts(before, out));
    await writeTogether({ [path]: before?.includes('\r\n') === true ? text.replaceAll('\n', '\r\n') : text });
    world.print(`${out}: the model card of ${model} ${version}`);
    return 0;
  },
};

/** The verdict by the model.yaml of the working tree. A card can be written where that is gone, or broken. */
async function judgedNow(root: string, { version, evaluation }: VersionRecord): Promise<JudgedNow | null> {
  if (evaluation === null) return null;
  const loaded = await loadModel(root, version.model).catch((error: unknown) => {
    if (error instanceof UserError) return null;
    throw error;
  });
  if (loaded === null) return null;
  return { verdict: judge(loaded.model, evaluation, loaded.where), path: loaded.where.path };
}
