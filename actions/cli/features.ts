import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { artifactClasses } from '#lib/artifact/classes.ts';
import { startChild } from '#lib/child/child.ts';
import { isStale } from '#lib/data/age.ts';
import { loadModel } from '#lib/load-model.ts';
import type { Verb } from '#lib/verb.ts';
import { writeFolder } from '#lib/write-folder.ts';
import { Artifact } from '#registry/artifact.ts';
import { UserError } from '#registry/error.ts';
import type { Dataset, Model } from '#registry/model.ts';
import { FeaturesMade, type FeaturesRequest, FeaturesStep } from './features-request.ts';

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
  'memory-limit': z.coerce
    .number('is not a number')
    .positive()
    .default(2_000)
    .describe('Memory that the work may use, in megabytes'),
  timeout: z.coerce
    .number('is not a number')
    .positive()
    .default(1_800)
    .describe('Longest time that it may take, in seconds'),
});
type Inputs = z.infer<typeof FeaturesInputs>;

const ENTRY = fileURLToPath(new URL('./features-child.ts', import.meta.url));

export const verb: Verb<typeof FeaturesInputs> = {
  description: 'Computes training features through features.sql, and begins the artifact that training completes.',
  inputs: FeaturesInputs,
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const { model } = await loadModel(root, inputs.model);
    const dataset = trainingRows(model, inputs.data);
    const sources = await readSources(root, model, inputs);
    const limits = { memory: inputs['memory-limit'] * 1e6, seconds: inputs.timeout };
    const temporary = await world.temporaryFolder();
    world.signal.throwIfAborted();
    const { made, artifact } = await writeFolder(inputs.out, isOurs, async (folder) => {
      await mkdir(join(folder, 'artifact'));
      const child = startChild(ENTRY, `computing features of ${dataset.uri}`, limits, world.signal);
      try {
        const { data, task, evaluate } = model;
        const { features, state } = sources;
        const seed = evaluate.seed;
        const request: FeaturesRequest = { root, dataset, data, task, features, state, seed, folder, temporary };
        const { head } = await child.ask(request, (frame) => world.progress(FeaturesStep.parse(frame.head).step));
        const made = FeaturesMade.parse(head);
        keepPromises(dataset, made, world.now());
        const artifact = describe(model, made);
        await writeFile(join(folder, 'artifact', 'features.sql'), features.sql);
        await writeFile(join(folder, 'artifact', 'artifact.json'), `${JSON.stringify(artifact, null, 2)}\n`);
        world.signal.throwIfAborted();
        return { made, artifact };
      } finally {
        child.stop();
      }
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

async function readSources(root: string, model: Model, { features, state }: Inputs) {
  const folder = join(root, 'models', model.name);
  const path = features === undefined ? join(folder, model.features) : resolve(features);
  const name = features ?? join('models', model.name, model.features);
  const sql = await readFile(path, 'utf8').catch(() => {
    throw new UserError(`there is no ${name}`, { fix: `Write the SELECT that makes features of raw rows to ${path}.` });
  });
  const tables = resolve(state ?? join(features === undefined ? folder : dirname(path), 'state'));
  const files = await readdir(tables).catch(() => {
    if (state === undefined) return [];
    throw new UserError(`there is no folder ${state}`, { fix: 'Name the folder that holds the SQL of fitted tables.' });
  });
  const statements: Record<string, string> = {};
  for (const file of files.filter((one) => one.endsWith('.sql')).sort()) {
    statements[file.slice(0, -'.sql'.length)] = await readFile(join(tables, file), 'utf8');
  }
  return { features: { name, sql }, state: statements };
}

/** What data.train declares of the rows as a whole. */
function keepPromises({ uri, min_rows: promised, max_age: age }: Dataset, made: FeaturesMade, now: Date): void {
  const number = (count: number) => count.toLocaleString('en');
  if (promised !== undefined && made.rows < promised) {
    throw new UserError(`the data ${uri} has ${number(made.rows)} rows; at least ${number(promised)} were promised`, {
      fix: 'Find out where the others are, or correct data.train.min_rows.',
    });
  }
  if (age !== undefined && made.end !== null && isStale(made.end, age, now)) {
    throw new UserError(`the newest row of the data ${uri} is of ${made.end}; it may be at most ${age} old`, {
      fix: 'Train on newer rows, or correct data.train.max_age.',
    });
  }
}

function describe(model: Model, { rows, start, end, digest, labels }: FeaturesMade): Artifact {
  const threshold = model.task === 'binary_classification' ? model.train?.decision?.threshold : null;
  return Artifact.parse({
    schema: 'tiltyard/artifact/1',
    model: model.name,
    task: model.task,
    classes: artifactClasses(model, labels),
    threshold: typeof threshold === 'number' ? threshold : null,
    training: { rows, start, end, digest, ids: 'training-ids.parquet' },
  } satisfies z.input<typeof Artifact>);
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
  made: FeaturesMade,
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
    lines.push(
      `The decision threshold is not set: model.yaml asks for the largest ${rule.max}, which Tiltyard does not fit yet. ` +
        `Set "threshold" in ${join(out, 'artifact', 'artifact.json')}; without it evaluation takes 0.5.`,
    );
  }
  if (model.task !== 'regression' && artifact.classes === null) {
    lines.push(
      `Where the model does not name its classes, its last probability must be that of ${label} = ${model.data.positive}.`,
    );
  }
  const at = root === '.' ? '' : ` --root ${shell(root)}`;
  return [
    ...lines,
    `Next: train on ${join(out, 'train.parquet')}, add the model as ${join(out, 'artifact', 'model.onnx')}, and run` +
      ` tiltyard evaluate --model ${model.name}${at} --candidate ${shell(join(out, 'artifact'))}`,
  ];
}

/** A path as a shell takes it. */
function shell(path: string): string {
  return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
