import { resolve } from 'node:path';
import { z } from 'zod';
import { number } from '#lib/inputs.ts';
import { loadModel } from '#lib/load-model.ts';
import { logRun } from '#lib/mlflow/log-run.ts';
import { mlflowServer } from '#lib/mlflow/server.ts';
import type { Verb } from '#lib/verb.ts';
import type { World } from '#lib/world.ts';
import { UserError } from '#registry/error.ts';
import { code } from '#registry/markdown/escape.ts';
import { plural } from '#registry/markdown/number.ts';
import { table } from '#registry/markdown/table.ts';
import { compareRuns } from '#registry/runs/compare.ts';
import type { KeptRun } from '#registry/runs/kept-run.ts';
import { LIST_HEAD, listRow } from '#registry/runs/list.ts';
import { textTable } from '#registry/text-table.ts';
import { primaryMetric } from '../train/primary.ts';
import { findRuns, pickRun } from './runs-find.ts';

const RunsInputs = z.strictObject({
  action: z.enum(['list', 'compare', 'log']).default('list').describe('list, compare or log'),
  run: z.string().min(1).optional().describe('A run by the beginning of its name, or by its version'),
  other: z.string().min(1).optional().describe('The run to compare it with'),
  model: z.string().min(1).optional().describe('Only runs of this model'),
  last: number().int('is no whole number').positive().default(30).describe('List so many of the newest runs'),
  to: z.string().min(1).optional().describe('The MLflow server to log to; by default MLFLOW_TRACKING_URI'),
  experiment: z.string().min(1).optional().describe('The MLflow experiment to log to; by default the model’s name'),
  format: z.enum(['text', 'markdown', 'json']).default('text').describe('How to print it: text, markdown or json'),
  root: z.string().min(1).default('.').describe('Root of the repository'),
});
type Inputs = z.infer<typeof RunsInputs>;

export const verb: Verb<typeof RunsInputs> = {
  description: 'Lists the runs of training, compares two, or logs one to an MLflow tracking server.',
  inputs: RunsInputs,
  positional: ['action', 'run', 'other'],
  async run(inputs, world) {
    const root = resolve(inputs.root);
    const runs = await findRuns(root, inputs.model ?? null, world.error);
    if (inputs.action === 'list') await list(root, runs, inputs, world);
    else if (inputs.action === 'compare') compare(runs, inputs, world);
    else await log(runs, inputs, world);
    return 0;
  },
};

async function list(root: string, runs: readonly KeptRun[], inputs: Inputs, world: World): Promise<void> {
  const newest = runs.slice(-inputs.last).reverse();
  if (inputs.format === 'json') {
    world.print(JSON.stringify(newest, null, 2));
    return;
  }
  if (newest.length === 0) {
    world.print('No runs yet: tiltyard train keeps each.');
    return;
  }
  const first = new Map<string, string | null>();
  for (const { model } of newest) if (!first.has(model)) first.set(model, await primaryOf(root, model));
  const rows = newest.map((run) => listRow(run, first.get(run.model) ?? null));
  printTable(LIST_HEAD, rows, inputs, world);
  const older = runs.length - newest.length;
  if (older > 0) world.print(`${plural(older, 'older run')} not listed: --last ${runs.length} has all.`);
  for (const { name, state, why } of newest) {
    if (state === 'failed' && why !== null) world.print(`${name}: ${textTable([''], [[why]]).at(-1)}`);
  }
}

/** The metric that the model is judged by; null where its model.yaml is gone or broken. */
async function primaryOf(root: string, model: string): Promise<string | null> {
  try {
    return primaryMetric((await loadModel(root, model)).model).name;
  } catch (error) {
    if (error instanceof UserError) return null;
    throw error;
  }
}

function compare(runs: readonly KeptRun[], inputs: Inputs, world: World): void {
  const a = pickRun(runs, required(inputs.run, 'tiltyard runs compare takes two runs'));
  const b = pickRun(runs, required(inputs.other, 'tiltyard runs compare takes two runs'));
  const facts = compareRuns(a, b);
  if (inputs.format === 'json') {
    world.print(JSON.stringify({ a: a.name, b: b.name, facts }, null, 2));
    return;
  }
  const rows = facts.map((one) => [one.differs ? '≠' : '=', one.fact, one.a, one.b]);
  printTable(['', '', a.name, b.name], rows, inputs, world);
}

function printTable(head: readonly string[], rows: readonly (readonly string[])[], inputs: Inputs, world: World): void {
  if (inputs.format === 'text') for (const line of textTable(head, rows)) world.print(line);
  else {
    const cell = (text: string) => (text === '' ? '' : code(text));
    world.print(
      table(
        head.map((name) => ({ head: cell(name) })),
        rows.map((row) => row.map(cell)),
      ),
    );
  }
}

async function log(runs: readonly KeptRun[], inputs: Inputs, world: World): Promise<void> {
  const run = pickRun(runs, required(inputs.run, 'tiltyard runs log takes a run'));
  const server = mlflowServer(inputs.to, world);
  const { id, existed } = await logRun(server, run, inputs.experiment ?? run.model);
  world.print(`${run.name} ${existed ? 'was logged before, and is up to date' : 'is logged'} as ${id}`);
}

function required(value: string | undefined, what: string): string {
  if (value !== undefined) return value;
  throw new UserError(what, { fix: 'Name it by the beginning of its name; tiltyard runs lists them.' });
}
