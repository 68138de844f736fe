import { stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { limitInputs } from '#lib/inputs.ts';
import { loadDataLock } from '#lib/load-data-lock.ts';
import { loadModel } from '#lib/load-model.ts';
import type { Verb } from '#lib/verb.ts';
import { writeFolder } from '#lib/write-folder.ts';
import type { Artifact } from '#registry/artifact.ts';
import { checkPin } from '#registry/data-lock.ts';
import { UserError } from '#registry/error.ts';
import type { Dataset, Model } from '#registry/model.ts';
import { fittedMetric } from '#registry/threshold-rule.ts';
import { prepare } from '../train/prepare.ts';
import type { PrepareMade } from '../train/prepare-request.ts';
import { readSources, type Sources } from '../train/sources.ts';
import { shellCommand } from './shell.ts';

export const FeaturesInputs = z.strictObject({
  model: z.string().min(1).describe('The model: the name of a folder under models/'),
  out: z.string().min(1).describe('The folder to make; one that an earlier run made is replaced'),
  root: z.string().min(1).default('.').describe('Root of the repository that holds models/'),
  data: z.string().min(1).optional().describe('Other training rows than those that data.train names'),
  features: z.string().min(1).optional().describe('Another features.sql than the model’s'),
  state: z
    .string()
    .min(1)
    .optional()
    .describe('Folder of the SQL of the fitted tables; by default state/ in the model’s folder, or beside --features'),
  ...limitInputs('the work'),
});
type Inputs = z.infer<typeof FeaturesInputs>;

export const verb: Verb<typeof FeaturesInputs> = {
  description: 'Computes training features through features.sql, and begins the artifact that training completes.',
  inputs: FeaturesInputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const { model } = await loadModel(root, inputs.model);
    const dataset = trainingRows(model, inputs.data);
    const sources = await chosenSources(root, model, inputs);
    const limits = { memory: inputs['memory-limit'] * 1e6, seconds: inputs.timeout };
    const { made, artifact } = await writeFolder(inputs.out, isOurs, async (folder) => {
      const prepared = await prepare({ model, root, dataset, sources, validation: 0, limits }, folder, world);
      const found = { ...prepared.made, uri: dataset.uri };
      // Other rows than the model's own are nobody's pin.
      if (inputs.data === undefined) checkPin(await loadDataLock(root, model.name), 'train', found, model.name);
      return prepared;
    });
    for (const line of closing(model, inputs, made, artifact, Object.keys(sources.state))) world.print(line);
    return 0;
  },
};

function trainingRows(model: Model, other: string | undefined): Dataset {
  if (other !== undefined) return { uri: other };
  if (model.data.train !== undefined) return model.data.train;
  throw new UserError(`models/${model.name}/model.yaml declares no data.train`, {
    fix: 'Declare there which rows to train on, or name them with --data.',
  });
}

async function chosenSources(root: string, model: Model, { features, state }: Inputs): Promise<Sources> {
  const folder = join(root, 'models', model.name);
  const path = features === undefined ? join(folder, model.features) : resolve(features);
  const tables = resolve(state ?? join(features === undefined ? folder : dirname(path), 'state'));
  const given = state === undefined ? null : await stat(tables).catch(() => null);
  if (state !== undefined && given?.isDirectory() !== true) {
    throw new UserError(`there is no folder ${state}`, { fix: 'Name the folder that holds the SQL of fitted tables.' });
  }
  return readSources(path, features ?? join('models', model.name, model.features), tables);
}

const OURS =
  /^(train\.parquet|artifact(\/(features\.sql|artifact\.json|training-ids\.parquet|model\.onnx|state(\/\w+\.parquet)?))?)$/;

function isOurs(files: string[]): boolean {
  const whole = files.includes('train.parquet') && files.includes('artifact/artifact.json');
  return whole && files.every((file) => OURS.test(file));
}

function closing(
  model: Model,
  { out, root }: Inputs,
  made: PrepareMade,
  artifact: Artifact,
  tables: string[],
): string[] {
  const { label, time, weight } = model.data;
  const count = made.features.length;
  const beside = [label, time, weight].filter((column) => column !== undefined);
  const rule = model.train?.decision?.threshold;
  const lines = [
    `${made.rows.toLocaleString('en')} training rows${made.start === null ? '' : `, ${made.start} to ${made.end}`}`,
    `${join(out, 'train.parquet')}: ${count} feature${count === 1 ? '' : 's'} (${made.features.join(', ')}), then ${beside.join(', ')}`,
    `${join(out, 'artifact')}: features.sql${tables.map((table) => `, state/${table}.parquet`).join('')}, training-ids.parquet, artifact.json`,
  ];
  if (typeof rule === 'object') {
    const { name, better } = fittedMetric(rule);
    lines.push(
      `The decision threshold is not set: model.yaml asks for the ${better === 'higher' ? 'largest' : 'smallest'} ${name}, which tiltyard train fits. ` +
        `Set "threshold" in ${join(out, 'artifact', 'artifact.json')}; without it evaluation takes 0.5.`,
    );
  }
  if (model.task !== 'regression' && artifact.classes === null) {
    lines.push(
      `Where the model does not name its classes, its last probability must be that of ${label} = ${model.data.positive}.`,
    );
  }
  const at = root === '.' ? '' : ` --root ${shellCommand(root)}`;
  return [
    ...lines,
    `Next: train on ${join(out, 'train.parquet')}, add the model as ${join(out, 'artifact', 'model.onnx')}, and run` +
      ` tiltyard evaluate --model ${model.name}${at} --candidate ${shellCommand(join(out, 'artifact'))}`,
  ];
}
