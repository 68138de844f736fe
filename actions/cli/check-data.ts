import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startChild } from '#lib/child/child.ts';
import { loadModel } from '#lib/load-model.ts';
import type { Verb } from '#lib/verb.ts';
import { UserError } from '#registry/error.ts';
import { Checked, type CheckRequest } from './check-data-request.ts';

const Inputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under models/'),
  data: z.enum(['benchmark', 'train', 'production']).default('benchmark').describe('Which of its datasets to check'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds models/'),
  'memory-limit': z.coerce
    .number('is not a number')
    .positive()
    .default(2_000)
    .describe('Memory that reading may use, in megabytes'),
  timeout: z.coerce
    .number('is not a number')
    .positive()
    .default(1_800)
    .describe('Longest time that reading may take, in seconds'),
});

const ENTRY = fileURLToPath(new URL('./check-data-child.ts', import.meta.url));
const BROKEN = 1;

export const verb: Verb<typeof Inputs> = {
  description: 'Holds a dataset against the schema that model.yaml declares, row by row.',
  inputs: Inputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const { model } = await loadModel(root, inputs.model);
    const dataset = model.data[inputs.data];
    if (dataset === undefined) {
      throw new UserError(`models/${model.name}/model.yaml declares no data.${inputs.data}`, {
        fix: `Declare it, or check another one with --data.`,
      });
    }
    const limits = { memory: inputs['memory-limit'] * 1e6, seconds: inputs.timeout };
    const child = startChild(ENTRY, `reading ${dataset.uri}`, limits, world.signal);
    world.progress(`reading ${dataset.uri}`);
    try {
      const { data, task } = model;
      const request: CheckRequest = {
        root,
        dataset,
        task,
        data,
        temporary: await world.temporaryFolder(),
        labelled: inputs.data !== 'production',
      };
      const { rows, digest, start, end, breaches } = Checked.parse((await child.ask(request)).head);
      const span = start === null ? '' : `, ${start} to ${end}`;
      world.print(`${dataset.uri}: ${rows.toLocaleString('en')} rows${span}, sha256 ${digest}`);
      for (const sentence of breaches) world.print(`✗ ${sentence}`);
      world.print(
        breaches.length === 0 && rows > 0
          ? '✓ keeps its declared schema'
          : `✗ ${rows === 0 ? 'has no rows' : 'breaks its declared schema'}`,
      );
      return breaches.length === 0 && rows > 0 ? 0 : BROKEN;
    } finally {
      child.stop();
    }
  },
};
