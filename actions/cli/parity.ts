import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { readArtifactFolder } from '#lib/artifact/folder.ts';
import { startChild } from '#lib/child/child.ts';
import { number } from '#lib/inputs.ts';
import { loadModel } from '#lib/load-model.ts';
import { fetchVersion } from '#lib/registry/registered.ts';
import type { Verb } from '#lib/verb.ts';
import { writeTogether } from '#lib/write.ts';
import { UserError } from '#registry/error.ts';
import { paritySummary } from '#registry/markdown/parity.ts';
import { atParity, Parity } from '#registry/parity.ts';
import type { ParityRequest } from './parity-request.ts';
import { ReadingInputs } from './read-dataset.ts';

export const ParityInputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under models/'),
  version: z.string().min(1).describe('What served: a registered version, or an artifact folder'),
  raw: z.string().min(1).describe('The raw rows that came in: a file or a glob, from the root'),
  logged: z.string().min(1).describe('The features that production logged for them, with the id: a file or a glob'),
  tolerance: number()
    .nonnegative()
    .default(1e-6)
    .describe('How far floats may lie from each other, relative to the larger'),
  summary: z.string().min(1).optional().describe('Where to write the summary too'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds models/ and registry/'),
  ...ReadingInputs.shape,
});

const ENTRY = fileURLToPath(new URL('./parity-child.ts', import.meta.url));
const Step = z.object({ step: z.string() });
const DIFFERENT = 1;

export const verb: Verb<typeof ParityInputs> = {
  description: 'Compares features that production logged with what features.sql gives for the same raw rows.',
  inputs: ParityInputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const { model } = await loadModel(root, inputs.model);
    const { version, raw, logged, tolerance } = inputs;
    const artifact =
      (await fetchVersion(root, model.name, version, world)) ??
      (await readArtifactFolder(resolve(version), 'the version that served'));
    if (artifact.description.model !== model.name) {
      throw new UserError(`${version} was made for ${artifact.description.model}, not for ${model.name}`, {
        fix: 'Name an artifact of this model.',
      });
    }
    const sql = await readFile(join(artifact.path, 'features.sql'), 'utf8');
    const limits = { memory: inputs['memory-limit'] * 1e6, seconds: inputs.timeout };
    const child = startChild(ENTRY, `comparing ${logged}`, limits, world.signal);
    try {
      const request: ParityRequest = {
        root,
        data: model.data,
        features: { name: 'features.sql', sql },
        state: artifact.state,
        raw,
        logged,
        tolerance,
        seed: model.evaluate.seed,
        temporary: await world.temporaryFolder(),
      };
      const { head } = await child.ask(request, (frame) => world.progress(Step.parse(frame.head).step));
      const parity = Parity.parse(head);
      const summary = paritySummary(parity, { model: model.name, digest: artifact.digest, tolerance });
      if (inputs.summary !== undefined) await writeTogether({ [inputs.summary]: summary });
      world.print(summary.trimEnd());
      return atParity(parity) ? 0 : DIFFERENT;
    } finally {
      child.stop();
    }
  },
};
