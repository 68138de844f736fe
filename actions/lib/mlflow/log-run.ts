import { z } from 'zod';
import { canonicalJson } from '#registry/canonical-json.ts';
import type { KeptRun } from '#registry/runs/kept-run.ts';
import type { MlflowServer } from './server.ts';

const Nothing = z.looseObject({});
const Experiment = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const Created = z.object({ experiment_id: z.string() });
const Info = z.object({ info: z.object({ run_id: z.string() }) });
const Runs = z.object({ runs: z.array(Info).default([]) });
const OneRun = z.object({ run: Info });

/** MLflow's limits: entries of one request, and the length of a parameter's value and of a tag's. */
const BATCH = { metrics: 1000, params: 100, tags: 100 };
const LONGEST_PARAM = 6000;
const LONGEST_TAG = 8000;
/** MLflow has no word for a run that was interrupted but this one. */
const STATUS = { running: 'RUNNING', succeeded: 'FINISHED', failed: 'FAILED', interrupted: 'KILLED' } as const;

/**
 * Logs a run to an MLflow tracking server: parameters and seed, metrics, digests and lineage as tags. A run that is there
 * already is found by its tag, and gets what it lacks.
 * @returns MLflow's id of it.
 */
export async function logRun(
  server: MlflowServer,
  run: KeptRun,
  experiment: string,
): Promise<{ id: string; existed: boolean }> {
  const experimentId = await findExperiment(server, experiment);
  const start = run.started_at === null ? {} : { start_time: Date.parse(run.started_at) };
  const found = await findRun(server, experimentId, run.name);
  const body = { experiment_id: experimentId, run_name: run.name, tags: [{ key: TAG, value: run.name }], ...start };
  const id = found ?? required(await server.send('POST', 'runs/create', body, OneRun)).run.info.run_id;
  // The values are logged with the time at which the run ended: again, they are the same points.
  const ended = run.started_at === null ? 0 : Date.parse(run.started_at) + Math.round(1000 * (run.seconds ?? 0));
  const metrics = named({ ...prefixed('reported.', run.reported), ...run.metrics }).map(([key, value]) => ({
    key,
    value: Number(value),
    timestamp: ended,
    step: 0,
  }));
  const params = named({ ...run.params, seed: run.seed }).map(([key, value]) => ({
    key,
    value: text(value).slice(0, LONGEST_PARAM),
  }));
  const tags = named(tagsOf(run)).map(([key, value]) => ({ key, value: text(value).slice(0, LONGEST_TAG) }));
  for (const part of chunks(metrics, BATCH.metrics))
    await server.send('POST', 'runs/log-batch', { run_id: id, metrics: part }, Nothing);
  for (const part of chunks(params, BATCH.params))
    await server.send('POST', 'runs/log-batch', { run_id: id, params: part }, Nothing);
  for (const part of chunks(tags, BATCH.tags))
    await server.send('POST', 'runs/log-batch', { run_id: id, tags: part }, Nothing);
  const end = run.seconds === null || run.started_at === null ? {} : { end_time: ended };
  await server.send('POST', 'runs/update', { run_id: id, status: STATUS[run.state], ...end }, Nothing);
  return { id, existed: found !== null };
}

const TAG = 'tiltyard.run';

async function findExperiment(server: MlflowServer, name: string): Promise<string> {
  const find = () =>
    server.get('experiments/get-by-name', { experiment_name: name }, Experiment, ['RESOURCE_DOES_NOT_EXIST']);
  const found = await find();
  if (found !== null) return found.experiment.experiment_id;
  const made = await server.send('POST', 'experiments/create', { name }, Created, ['RESOURCE_ALREADY_EXISTS']);
  // Somebody else made it meanwhile.
  return made?.experiment_id ?? required(await find()).experiment.experiment_id;
}

async function findRun(server: MlflowServer, experiment: string, name: string): Promise<string | null> {
  // A run's name is a folder's that Tiltyard made, or a version; a quote would end the text.
  const filter = `tags.\`${TAG}\` = '${name.replaceAll("'", '')}'`;
  const found = await server.send(
    'POST',
    'runs/search',
    { experiment_ids: [experiment], filter, max_results: 1 },
    Runs,
  );
  return found?.runs[0]?.info.run_id ?? null;
}

function tagsOf(run: KeptRun): Record<string, unknown> {
  const { lineage } = run;
  const known: Record<string, unknown> = {
    [TAG]: run.name,
    'tiltyard.model': run.model,
    'tiltyard.version': run.version,
    'tiltyard.purpose': run.purpose,
    'tiltyard.why': run.why,
    'tiltyard.command': run.command,
    'tiltyard.input_digest': run.input_digest,
    'tiltyard.artifact.digest': run.digest,
    'tiltyard.data.train': lineage?.data.train,
    'tiltyard.features': lineage?.features,
    'tiltyard.environment': lineage?.environment,
    // MLflow's page shows these two.
    'mlflow.user': run.by,
    'mlflow.source.git.commit': run.commit,
  };
  return known;
}

/** What has a value, under names that MLflow takes: letters, digits, and _ - . / and spaces. */
function named(values: Readonly<Record<string, unknown>>): [string, unknown][] {
  const taken = new Map<string, unknown>();
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined) continue;
    taken.set(name.replace(/[^\w\-./ ]/g, '_').slice(0, 250), value);
  }
  return [...taken];
}

const prefixed = (prefix: string, values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}${name}`, value]));
const text = (value: unknown) => (typeof value === 'string' ? value : canonicalJson(value));

function* chunks<T>(all: readonly T[], size: number): Generator<T[]> {
  for (let at = 0; at < all.length; at += size) yield all.slice(at, at + size);
}

function required<T>(value: T | null): T {
  if (value === null) throw new Error('a refusal that was not expected gave no error');
  return value;
}
