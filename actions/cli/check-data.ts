import { resolve } from 'node:path';
import { z } from 'zod';
import { loadModel } from '#lib/load-model.ts';
import type { Verb } from '#lib/verb.ts';
import { ReadingInputs, readDataset } from './read-dataset.ts';

const Inputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under models/'),
  data: z.enum(['benchmark', 'train', 'production']).default('benchmark').describe('Which of its datasets to check'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds models/'),
  ...ReadingInputs.shape,
});

const BROKEN = 1;

export const verb: Verb<typeof Inputs> = {
  description: 'Holds a dataset against the schema that model.yaml declares, row by row.',
  inputs: Inputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const { model } = await loadModel(root, inputs.model);
    const { uri, rows, digest, start, end, breaches } = await readDataset(root, model, inputs.data, inputs, world);
    const span = start === null ? '' : `, ${start} to ${end}`;
    world.print(`${uri}: ${rows.toLocaleString('en')} rows${span}, sha256 ${digest}`);
    for (const sentence of breaches) world.print(`✗ ${sentence}`);
    world.print(
      breaches.length === 0 && rows > 0
        ? '✓ keeps its declared schema'
        : `✗ ${rows === 0 ? 'has no rows' : 'breaks its declared schema'}`,
    );
    return breaches.length === 0 && rows > 0 ? 0 : BROKEN;
  },
};
