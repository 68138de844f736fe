import { readdir } from 'node:fs/promises';
import type { MetricFacts } from '#registry/metric.ts';

/** Where the metrics of each task live, and what their predictions are called. */
const FOLDERS = [
  { folder: 'binary', task: 'binary_classification', predictions: 'BinaryPredictions' },
  { folder: 'multiclass', task: 'multiclass_classification', predictions: 'MulticlassPredictions' },
  { folder: 'regression', task: 'regression', predictions: 'RegressionPredictions' },
] as const;

const HEAD = '// Written by `npm run generate` from the files in actions/lib/metrics; not to be edited.\n';
const WIDTH = 120;

/** A file that follows from the metrics' own files: where it lies, and what it has to hold. */
export interface GeneratedFile {
  url: URL;
  text: string;
}

/**
 * The list of all metrics for `actions/`, and the list of their facts for `registry/`, which may not import them. Every
 * file in `binary/`, `multiclass/` and `regression/` is one metric, named as the file, of the folder's task; a file that
 * is not so is a bug and throws.
 */
export async function generateMetrics(): Promise<GeneratedFile[]> {
  const imports: string[] = [];
  const lists: string[] = [];
  const facts: string[] = [];
  for (const { folder, task, predictions } of FOLDERS) {
    const files = (await readdir(new URL(`${folder}/`, import.meta.url))).filter((file) => file.endsWith('.ts')).sort();
    const names: string[] = [];
    for (const file of files) {
      const metric = await load(new URL(`${folder}/${file}`, import.meta.url));
      if (`${metric.name}.ts` !== file || metric.task !== task) {
        throw new Error(`${folder}/${file} holds the metric ${metric.name} of the task ${metric.task}`);
      }
      const alias = `${folder}_${metric.name}`.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
      imports.push(`import { metric as ${alias} } from './${folder}/${file}';\n`);
      names.push(alias);
      facts.push(entry(metric));
    }
    lists.push(
      `\n/** Every metric of the task ${task}. */\nexport const ${folder}Metrics: readonly Metric<${predictions}>[] = [\n${names.map((name) => `  ${name},\n`).join('')}];\n`,
    );
  }
  const types = ['Metric', ...FOLDERS.map(({ predictions }) => predictions)].sort().join(', ');
  // biome sorts imports by path.
  const sorted = [...imports, `import type { ${types} } from './metric.ts';\n`].sort((a, b) =>
    path(a) < path(b) ? -1 : 1,
  );
  return [
    { url: new URL('catalogue.generated.ts', import.meta.url), text: HEAD + sorted.join('') + lists.join('') },
    {
      url: new URL('../../../registry/metrics.generated.ts', import.meta.url),
      text: `${HEAD}import type { MetricFacts } from './metric.ts';\n\nexport const metrics: readonly MetricFacts[] = [\n${facts.join('')}];\n`,
    },
  ];
}

/** The `metric` that a file exports. */
async function load(url: URL): Promise<MetricFacts> {
  const module: { metric?: MetricFacts } = await import(url.href);
  if (module.metric === undefined) throw new Error(`${url.href} does not export a metric`);
  return module.metric;
}

function path(line: string): string {
  return line.slice(line.indexOf("'"));
}

function entry(facts: MetricFacts): string {
  const { name, task, better, description, relative, params } = facts;
  const inner = Object.entries(params).map(([key, value]) => `${key}: ${value}`);
  return [
    '  {\n',
    property('name', quote(name)),
    property('task', quote(task)),
    property('better', quote(better)),
    property('description', quote(description)),
    property('relative', String(relative)),
    facts.thresholded === true ? property('thresholded', 'true') : '',
    facts.thresholdFromBenchmark === true ? property('thresholdFromBenchmark', 'true') : '',
    property('params', inner.length === 0 ? '{}' : `{ ${inner.join(', ')} }`),
    '  },\n',
  ].join('');
}

/** One property; a value that does not fit on the line goes below, as the formatter has it. */
function property(key: string, value: string): string {
  const line = `    ${key}: ${value},`;
  return line.length <= WIDTH ? `${line}\n` : `    ${key}:\n      ${value},\n`;
}

/** A string in single quotes, or in double ones where that saves escapes. */
function quote(text: string): string {
  return text.includes("'") ? JSON.stringify(text) : `'${text}'`;
}
