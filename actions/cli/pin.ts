import { join, resolve } from 'node:path';
import { z } from 'zod';
import { loadModel } from '#lib/load-model.ts';
import { readTextIfThere } from '#lib/read-text.ts';
import type { Verb } from '#lib/verb.ts';
import { writeTogether } from '#lib/write.ts';
import { type DataLock, dataLockPath, PINNED, type Pin, parseDataLock } from '#registry/data-lock.ts';
import { editDataLock } from '#registry/edit-data-lock.ts';
import { UserError } from '#registry/error.ts';
import type { Model } from '#registry/model.ts';
import type { Checked } from './check-data-request.ts';
import { ReadingInputs, readDataset } from './read-dataset.ts';

export const PinInputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under models/'),
  data: z
    .enum([...PINNED, 'all'])
    .default('all')
    .describe('Which of its datasets to pin'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds models/'),
  ...ReadingInputs.shape,
});

export const verb: Verb<typeof PinInputs> = {
  description: 'Notes in data.lock.yaml which bytes the datasets are, so that a change of them is noticed.',
  inputs: PinInputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const { model } = await loadModel(root, inputs.model);
    const path = dataLockPath(model.name);
    const text = await readTextIfThere(join(root, path), path);
    const before = text === null ? {} : parseDataLock(text, path).value;
    const names = PINNED.filter((name) =>
      inputs.data === 'all' ? model.data[name] !== undefined : name === inputs.data,
    );
    const pins: DataLock = {};
    for (const name of names) pins[name] = pinOf(model, await readDataset(root, model, name, inputs, world));
    const edited = editDataLock(text, pins, path);
    world.signal.throwIfAborted();
    if (edited !== text) await writeTogether({ [join(root, path)]: edited });
    for (const name of names) world.print(`data.${name}: ${changes(before[name], pins[name])}`);
    world.print(edited === text ? `${path} stays as it is` : `${path} written`);
    return 0;
  },
};

/** @throws UserError for data that break their declared schema: what is pinned is what training and evaluation take. */
function pinOf({ name, data }: Model, { uri, digest, bytes, files, rows, start, end, breaches }: Checked): Pin {
  if (rows === 0 || breaches.length > 0) {
    const more = breaches.length > 5 ? `; and ${breaches.length - 5} more` : '';
    const what = rows === 0 ? 'has no rows' : `breaks its declared schema: ${breaches.slice(0, 5).join('; ')}${more}`;
    throw new UserError(`the data ${uri} can’t be pinned: it ${what}`, {
      fix: `Mend the data, or what models/${name}/model.yaml declares of it.`,
    });
  }
  const schema = Object.fromEntries(Object.entries(data.schema).map(([column, { type }]) => [column, type]));
  return { uri, sha256: digest, bytes, files, rows, start, end, schema };
}

function changes(before: Pin | undefined, pin: Pin | undefined): string {
  if (pin === undefined) throw new Error('every dataset that was asked for is pinned');
  const number = (count: number) => count.toLocaleString('en');
  const span = pin.start === null ? '' : `, ${pin.start} to ${pin.end}`;
  const now = `${pin.uri}, ${number(pin.rows)} rows in ${number(pin.files)} file${pin.files === 1 ? '' : 's'}${span}, sha256 ${pin.sha256}`;
  if (before === undefined) return `pinned for the first time: ${now}`;
  if (JSON.stringify(before) === JSON.stringify(pin)) return `unchanged: ${now}`;
  if (before.sha256 !== pin.sha256)
    return `pinned anew: ${now}; before ${number(before.rows)} rows, sha256 ${before.sha256}`;
  const facts = Object.keys(pin).filter(
    (key) => JSON.stringify(Reflect.get(before, key)) !== JSON.stringify(Reflect.get(pin, key)),
  );
  return `the same bytes, but another ${facts.join(', ')}: ${now}`;
}
