import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startChild } from '#lib/child/child.ts';
import { limitInputs } from '#lib/inputs.ts';
import { fetchData } from '#lib/store/fetch-data.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import type { Model } from '#registry/model.ts';
import { Checked, type CheckRequest } from './check-data-request.ts';

/** What bounds the process that reads data. */
export const ReadingInputs = z.strictObject({
  ...limitInputs('reading'),
});

const ENTRY = fileURLToPath(new URL('./check-data-child.ts', import.meta.url));

/** Reads one of a model's datasets in a process of its own, and holds every row against the declared schema. */
export async function readDataset(
  root: string,
  model: Model,
  name: 'train' | 'benchmark' | 'production',
  limits: z.output<typeof ReadingInputs>,
  world: World,
): Promise<Checked> {
  const dataset = model.data[name];
  if (dataset === undefined) {
    throw new UserError(`models/${model.name}/model.yaml declares no data.${name}`, {
      fix: `Declare it, or choose another one with --data.`,
    });
  }
  const { 'memory-limit': memory, timeout: seconds } = limits;
  await fetchData(dataset.uri, root, world);
  const child = startChild(ENTRY, `reading ${dataset.uri}`, { memory: memory * 1e6, seconds }, world.signal);
  world.progress(`reading ${dataset.uri}`);
  try {
    const { data, task } = model;
    const temporary = await world.temporaryFolder();
    const request: CheckRequest = { root, dataset, task, data, temporary, labelled: name !== 'production' };
    return Checked.parse((await child.ask(request)).head);
  } finally {
    child.stop();
  }
}
