import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { z } from 'zod';
import { runCommandLine } from '../../actions/cli/command-line.ts';
import { runDocument } from '../fixtures/kept-run.ts';
import { makeRepository } from '../fixtures/repository.ts';
import { trainingDocument } from '../fixtures/training.ts';
import { versionDocument } from '../fixtures/version.ts';
import { testWorld } from '../fixtures/world.ts';
import { python } from './python.ts';

/** The real `mlflow server` on loopback, with a database of its own. */
let server: ChildProcess;
let address: string;
const said: string[] = [];

const repository = makeRepository({ count: 10, champion: null });
const { root } = repository;

beforeAll(async () => {
  const port = await freePort();
  address = `http://127.0.0.1:${port}`;
  const database = `sqlite:///${join(root, 'mlflow.db')}`;
  const where = ['--backend-store-uri', database, '--artifacts-destination', join(root, 'mlflow'), '--workers', '1'];
  server = spawn(python(), ['-m', 'mlflow', 'server', ...where, '--host', '127.0.0.1', '--port', String(port)], {
    cwd: root,
    // A group of its own: it starts processes that would outlive it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], HOME: root, MLFLOW_DISABLE_TELEMETRY: 'true', DO_NOT_TRACK: 'true' },
  });
  server.stdout?.on('data', (text) => said.push(String(text)));
  server.stderr?.on('data', (text) => said.push(String(text)));
  for (;;) {
    const answer = await fetch(`${address}/health`).catch(() => null);
    if (answer?.ok === true) return;
    if (server.exitCode !== null) throw new Error(`mlflow server ended: ${said.join('')}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
});
afterAll(() => {
  if (server?.pid !== undefined) process.kill(-server.pid, 'SIGKILL');
});

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const found = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (found === null || typeof found === 'string') throw new Error('no port');
  return found.port;
}

async function tiltyard(...argv: string[]): Promise<{ status: number; text: string }> {
  const world = testWorld(root, { PATH: process.env['PATH'], MLFLOW_TRACKING_URI: address });
  const commands = {
    export: () => import('../../actions/cli/export.ts'),
    runs: () => import('../../actions/cli/runs.ts'),
  };
  const status = await runCommandLine([...argv, '--root', root], commands, world);
  return { status, text: [...world.printed, ...world.errors].join('\n') };
}

const Tags = z.array(z.object({ key: z.string(), value: z.string() }));
const ModelVersion = z.object({
  version: z.string(),
  source: z.string(),
  tags: Tags,
  aliases: z.array(z.string()).default([]),
});
const Versions = z.object({ model_versions: z.array(ModelVersion) });

async function ask<S extends z.ZodType>(path: string, schema: S, body?: object): Promise<z.output<S>> {
  const init =
    body === undefined
      ? {}
      : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  const answer = await fetch(`${address}/api/2.0/mlflow/${path}`, init);
  return schema.parse(await answer.json());
}

const aliasOf = async (alias: string) => {
  const Model = z.object({
    registered_model: z.object({ aliases: z.array(z.object({ alias: z.string(), version: z.string() })).default([]) }),
  });
  const { registered_model: model } = await ask('registered-models/get?name=shop', Model);
  return model.aliases.find((one) => one.alias === alias)?.version ?? null;
};
const channels = (document: object) => repository.write('registry/shop/channels.yaml', stringify(document));

describe('the real MLflow', () => {
  it('takes versions with their lineage as tags, and the channels as aliases', async () => {
    const bucket = versionDocument('1.1.0', (version) => {
      version.artifact.uri = `s3://acme/models/${version.artifact.digest}`;
      version.parent = '1.0.0';
    });
    for (const version of [versionDocument('1.0.0'), bucket]) {
      repository.write(`registry/shop/versions/${version.version}.yaml`, stringify(version));
    }
    channels({ champion: '1.0.0', canary: { version: '1.1.0', traffic: 5 } });
    for (const version of ['1.0.0', '1.1.0']) {
      const { status, text } = await tiltyard('export', 'mlflow', '--model', 'shop', '--version', version);
      expect(status, `${text}${said.join('')}`).toBe(0);
    }
    const { model_versions: listed } = await ask("model-versions/search?filter=name%3D'shop'", Versions);
    const exported = listed.find(({ tags }) =>
      tags.some(({ key, value }) => key === 'tiltyard.version' && value === '1.1.0'),
    );
    expect(exported?.source).toBe(bucket.artifact.uri);
    expect(Object.fromEntries(exported?.tags.map(({ key, value }) => [key, value]) ?? [])).toMatchObject({
      'tiltyard.artifact.digest': bucket.artifact.digest,
      'tiltyard.commit': bucket.lineage.commit,
      'tiltyard.data.train.digest': bucket.lineage.data.train.digest,
      'tiltyard.data.train.rows': '1000',
      'tiltyard.params': '{"trees":100}',
      'tiltyard.seed': '7',
      'tiltyard.parent': '1.0.0',
      'tiltyard.evidence.training': bucket.evidence.training,
    });
    expect(await aliasOf('champion')).not.toBeNull();
    expect(await aliasOf('canary')).toBe(exported?.version);
    expect(await aliasOf('champion')).not.toBe(exported?.version);
  });

  it('takes a version again without making another, and moves the aliases with the channels', async () => {
    channels({ champion: '1.1.0', retired: ['1.0.0'] });
    const { text } = await tiltyard('export', 'mlflow', '--model', 'shop', '--version', '1.1.0');
    expect(text).toContain('was there, as it is');
    const { model_versions: listed } = await ask("model-versions/search?filter=name%3D'shop'", Versions);
    expect(listed).toHaveLength(2);
    const number = listed.find(({ source }) => source.startsWith('s3://'))?.version;
    expect(await aliasOf('champion')).toBe(number);
    expect(await aliasOf('canary')).toBeNull();
  });

  it('completes what an earlier export left undone', async () => {
    const body = { name: 'shop', version: '1', key: 'tiltyard.seed' };
    await fetch(`${address}/api/2.0/mlflow/model-versions/delete-tag`, {
      method: 'DELETE',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    });
    const { text } = await tiltyard('export', 'mlflow', '--model', 'shop', '--version', '1.0.0');
    expect(text).toContain('was there, 1 tag mended');
    expect((await tiltyard('export', 'mlflow', '--model', 'shop', '--version', '1.0.0')).text).toContain('as it is');
  });

  it('refuses to write over another artifact of the same number', async () => {
    const other = versionDocument('1.0.0', (version) => {
      version.artifact.digest = 'f'.repeat(64);
    });
    repository.write('registry/shop/versions/1.0.0.yaml', stringify(other));
    const { status, text } = await tiltyard('export', 'mlflow', '--model', 'shop', '--version', '1.0.0');
    expect(status).toBe(3);
    expect(text).toContain('of another artifact');
    repository.write('registry/shop/versions/1.0.0.yaml', stringify(versionDocument('1.0.0')));
  });

  it('takes runs: parameters, seed, metrics, digests; once each', async () => {
    const training = trainingDocument(versionDocument('1.1.0'));
    const run = runDocument(training, (document) => {
      document.params = { trees: 100, 'learning rate (%)': 0.1 };
    });
    repository.write(`.tiltyard/runs/shop/${run.run}/run.json`, JSON.stringify(run));
    repository.write(`.tiltyard/runs/shop/${run.run}/training.json`, JSON.stringify(training));
    for (const time of ['first', 'again']) {
      const { status, text } = await tiltyard('runs', 'log', '2026-11');
      expect(status, `${time}: ${text}`).toBe(0);
    }
    const Experiment = z.object({ experiment: z.object({ experiment_id: z.string() }) });
    const { experiment } = await ask('experiments/get-by-name?experiment_name=shop', Experiment);
    const Data = z.object({
      metrics: z.array(z.object({ key: z.string(), value: z.number() })),
      params: Tags,
      tags: Tags,
    });
    const Info = z.object({ run_name: z.string(), status: z.string(), start_time: z.number(), end_time: z.number() });
    const Found = z.object({ runs: z.array(z.object({ info: Info, data: Data })) });
    const { runs } = await ask('runs/search', Found, { experiment_ids: [experiment.experiment_id] });
    expect(runs).toHaveLength(1);
    const [{ info, data }] = runs;
    expect(info).toEqual({
      run_name: run.run,
      status: 'FINISHED',
      start_time: Date.parse('2026-11-20T08:00:00Z'),
      end_time: Date.parse('2026-11-20T08:00:12.5Z'),
    });
    const values = (list: { key: string; value: unknown }[]) =>
      Object.fromEntries(list.map(({ key, value }) => [key, value]));
    expect(values(data.metrics)).toEqual({ roc_auc: 0.71, log_loss: 0.55, 'reported.best_iteration': 88 });
    expect(values(data.params)).toEqual({ trees: '100', 'learning rate ___': '0.1', seed: '7' });
    expect(values(data.tags)).toMatchObject({
      'tiltyard.run': run.run,
      'tiltyard.input_digest': run.input_digest,
      'tiltyard.artifact.digest': run.digest,
      'mlflow.user': 'Ada',
    });
    const History = z.object({ metrics: z.array(z.object({ value: z.number() })) });
    const found = await ask(
      'runs/search',
      z.object({ runs: z.array(z.object({ info: z.object({ run_id: z.string() }) })) }),
      { experiment_ids: [experiment.experiment_id] },
    );
    const { metrics } = await ask(
      `metrics/get-history?run_id=${found.runs[0].info.run_id}&metric_key=roc_auc`,
      History,
    );
    expect(metrics).toEqual([{ value: 0.71 }]);
  });

  it('says in its own words what it refuses', async () => {
    repository.write(
      'registry/shop/versions/1.2.0.yaml',
      stringify(
        versionDocument('1.2.0', (version) => {
          version.artifact.uri = 's3://acme/../secrets';
        }),
      ),
    );
    const { status, text } = await tiltyard('export', 'mlflow', '--model', 'shop', '--version', '1.2.0');
    expect(status).toBe(3);
    expect(text).toContain('refuses model-versions/create (400): INVALID_PARAMETER_VALUE');
  });
});
