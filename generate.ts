import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { markdownTable } from 'markdown-table';
import { z } from 'zod';
import { FeaturesInputs } from './actions/cli/features.ts';
import { FsckInputs } from './actions/cli/fsck.ts';
import { GcInputs } from './actions/cli/gc.ts';
import { HistoryInputs } from './actions/cli/history.ts';
import { ParityInputs } from './actions/cli/parity.ts';
import { PinInputs } from './actions/cli/pin.ts';
import { TraceInputs } from './actions/cli/trace.ts';
import { EvaluateInputs } from './actions/evaluate/inputs.ts';
import { generateMetrics } from './actions/lib/metrics/generate.ts';
import { TrainInputs } from './actions/train/inputs.ts';
import { Artifact } from './registry/artifact.ts';
import { Channels } from './registry/channels.ts';
import { DataLock } from './registry/data-lock.ts';
import { Evaluation } from './registry/evidence/evaluation.ts';
import { Training } from './registry/evidence/training.ts';
import type { MetricFacts } from './registry/metric.ts';
import { Model, metricParameter } from './registry/model.ts';
import { Settings } from './registry/settings.ts';
import { Version } from './registry/version.ts';
import { type Field, fields } from './registry/yaml/fields.ts';

// npm run generate: writes every file that follows from others. A test compares them with what this gives.

/** A file that follows from others: where it lies, and what it has to hold. */
export interface Generated {
  url: URL;
  text: string;
}

/** All of them, in the order in which they are written: the tables are made of the list of metrics. */
export const generators: (() => Promise<Generated[]> | Generated[])[] = [generateMetrics, schemas, pages];

/** JSON Schemas for editors and other programs; draft 7, which editors know best. */
function schemas(): Generated[] {
  // What a person writes may leave out what has a default; what Tiltyard writes is complete.
  const documents = [
    { name: 'model', schema: Model, io: 'input' },
    { name: 'settings', schema: Settings, io: 'input' },
    { name: 'data-lock', schema: DataLock, io: 'input' },
    { name: 'channels', schema: Channels, io: 'input' },
    { name: 'version', schema: Version, io: 'output' },
    { name: 'artifact', schema: Artifact, io: 'input' },
    { name: 'training', schema: Training, io: 'output' },
    { name: 'evaluation', schema: Evaluation, io: 'output' },
  ] as const;
  return documents.map(({ name, schema, io }) => {
    const json = z.toJSONSchema(schema, { target: 'draft-7', io, reused: 'ref' });
    return { url: at(`registry/schemas/${name}.json`), text: `${JSON.stringify(json, null, 2)}\n` };
  });
}

async function pages(): Promise<Generated[]> {
  // It may just have been written anew, after somebody imported it: the query makes Node read it again.
  const list = './registry/metrics.generated.ts?again';
  const { metrics }: { metrics: readonly MetricFacts[] } = await import(list);
  return [
    { url: at('docs/metrics.md'), text: metricsPage(metrics) },
    { url: at('docs/inputs.md'), text: inputsPage() },
    { url: at('docs/model.md'), text: modelPage(await readFile(at('docs/model.md'), 'utf8')) },
    { url: at('docs/data.md'), text: dataPage(await readFile(at('docs/data.md'), 'utf8')) },
    { url: at('docs/artifact.md'), text: artifactPage(await readFile(at('docs/artifact.md'), 'utf8')) },
    {
      url: at('docs/registry-commands.md'),
      text: readingPage(await readFile(at('docs/registry-commands.md'), 'utf8')),
    },
    { url: at('docs/store.md'), text: storePage(await readFile(at('docs/store.md'), 'utf8')) },
  ];
}

const written = '<!-- Written by `npm run generate`; not to be edited. -->\n';

const taskTitles = {
  binary_classification: 'Binary classification',
  multiclass_classification: 'Multiclass classification',
  regression: 'Regression',
};

function metricsPage(metrics: readonly MetricFacts[]): string {
  const sections = Object.entries(taskTitles).map(([task, title]) => {
    const rows = metrics
      .filter((metric) => metric.task === task)
      .map(({ name, better, description, relative, params }) => {
        const given = Object.entries(params).map(([key, value]) =>
          value === null ? `\`${key}\`` : `\`${key}: ${value}\``,
        );
        return [`\`${name}\``, better, given.join(', '), relative ? '' : 'only `at_least`, `at_most`', description];
      });
    return `## ${title}\n\n${markdownTable([['Metric', 'Better', 'Parameters', 'Rules', 'What it is'], ...rows])}\n`;
  });
  const start =
    'Spelled and defined as in scikit-learn. A parameter without a value must be given in the policy, beside `metric`.\n';
  return [`# Metrics\n`, written, start, ...sections].join('\n');
}

function inputsPage(): string {
  const start =
    'The same names on the command line (`--candidate build/`; a flag that is on by default is switched off by `--no-…`) and\n' +
    'as inputs of the action, which takes `command: train` or `command: evaluate` besides. What does not vary from run to run\n' +
    'is in `model.yaml`.\n';
  const verbs = { train: TrainInputs, evaluate: EvaluateInputs };
  const sections = Object.entries(verbs).map(([verb, inputs]) => `## ${verb}\n\n${inputsTable(inputs, '')}\n`);
  return ['# Inputs of train and evaluate\n', written, start, ...sections].join('\n');
}

function inputsTable(inputs: z.ZodObject, prefix: string): string {
  const rows = Object.entries(inputs.shape).map(([name, schema]) => {
    const absent = z.safeParse(schema, undefined);
    const value =
      absent.success && absent.data !== undefined ? `\`${String(absent.data)}\`` : absent.success ? '' : 'required';
    return [`\`${prefix}${name}\``, value, z.globalRegistry.get(schema)?.description ?? ''];
  });
  return markdownTable([[prefix === '' ? 'Input' : 'Option', 'Default', 'What it is'], ...rows]);
}

/** The page on model.yaml is written by hand but for its table, which follows from the schema. */
function modelPage(page: string): string {
  // What repeats the benchmark's entries, and the parameters of metrics, which their own page lists.
  const repeated = /^data\.(train|production)\./;
  const listed = fields(Model).filter(
    ({ name, description }) => !repeated.test(name) && description !== metricParameter,
  );
  return withTable(page, 'fields', fieldsTable(listed));
}

/** So is the page on data. */
function dataPage(page: string): string {
  return withTable(withTable(page, 'pin', inputsTable(PinInputs, '--')), 'parity', inputsTable(ParityInputs, '--'));
}

/** So is the page on artifacts, but for two. */
function artifactPage(page: string): string {
  return withTable(
    withTable(page, 'options', inputsTable(FeaturesInputs, '--')),
    'fields',
    fieldsTable(fields(Artifact)),
  );
}

/** What is given by position stands in the page's examples. */
function readingPage(page: string): string {
  const commands = { fsck: FsckInputs, history: HistoryInputs, trace: TraceInputs.omit({ what: true }) };
  return Object.entries(commands).reduce(
    (text, [name, inputs]) => withTable(text, name, inputsTable(inputs, '--')),
    page,
  );
}

function storePage(page: string): string {
  return withTable(page, 'options', inputsTable(GcInputs, '--'));
}

function fieldsTable(listed: Field[]): string {
  const rows = listed.map(({ name, type, presence, description }) => [`\`${name}\``, type, presence, description]);
  return markdownTable([['Entry', 'Type', 'Default', 'What it is'], ...rows]);
}

/** The page with another table between its marks of that name. */
function withTable(page: string, name: string, table: string): string {
  return page.replace(
    new RegExp(`(<!-- generated:${name} -->\\n)[^]*(<!-- end of generated:${name} -->)`),
    (_, start, end) => `${start}\n${table}\n\n${end}`,
  );
}

function at(path: string): URL {
  return new URL(path, import.meta.url);
}

if (import.meta.main) {
  for (const generator of generators) {
    for (const { url, text } of await generator()) {
      const before = await readFile(url, 'utf8').catch(() => null);
      if (before === text) continue;
      await mkdir(new URL('.', url), { recursive: true });
      await writeFile(url, text);
      console.log(`${before === null ? 'new' : 'changed'}: ${url.pathname.slice(at('.').pathname.length)}`);
    }
  }
}
