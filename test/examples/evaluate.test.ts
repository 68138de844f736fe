import { copyFile, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EvaluateInputs } from '../../actions/evaluate/inputs.ts';
import { verb } from '../../actions/evaluate/main.ts';
import { realWorld } from '../../actions/lib/world.ts';
import { prepare } from '../../examples/flights/prepare.ts';
import { Evaluation } from '../../registry/evidence/evaluation.ts';
import { trainVersion } from '../fixtures/flights.ts';

/** A copy of the example with little data: January to train on, and every fortieth flight of April. */
let root: string;

async function sql(text: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(text);
  connection.closeSync();
  instance.closeSync();
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'flights-'));
  const data = join(root, '.tiltyard', 'data');
  await prepare({ folder: data, months: [1, 4] });
  const april = join(data, 'flights-2001-04.parquet');
  await sql(`COPY (FROM '${april}' WHERE flight_id % 40 = 0) TO '${data}/april.parquet'`);
  await sql(`COPY (SELECT * REPLACE ((hash(flight_id) % 5 = 0)::INTEGER AS late) FROM '${data}/april.parquet')
    TO '${data}/noise.parquet'`);

  const model = join('models', 'flight-delay');
  const example = join(import.meta.dirname, '../../examples/flights');
  await mkdir(join(root, model), { recursive: true });
  await copyFile(join(example, model, 'features.sql'), join(root, model, 'features.sql'));
  const policy = await readFile(join(example, model, 'model.yaml'), 'utf8');
  await writeFile(join(root, model, 'model.yaml'), policy.replace('min_rows: 450000', 'min_rows: 10000'));

  const train = join(data, 'flights-2001-01.parquet');
  const params = { trees: 10, rows: 30_000 };
  for (const version of ['candidate', 'champion'] as const) {
    const run = await trainVersion(version, join(root, 'checkouts', version), { data, train, params });
    await rename(join(run, 'artifact'), join(root, version));
  }
});

afterAll(() => rm(root, { recursive: true }));

/** Evaluates candidate against champion on a file of the data folder; returns the evidence and what was printed. */
async function evaluate(benchmark: string): Promise<{ evidence: Evaluation; printed: string }> {
  const world = realWorld();
  const lines: string[] = [];
  const evidence = join(root, 'evaluation.json');
  const inputs = EvaluateInputs.parse({
    model: 'flight-delay',
    root,
    candidate: join(root, 'candidate'),
    champion: join(root, 'champion'),
    benchmark: join('.tiltyard', 'data', benchmark),
    evidence,
    summary: join(root, 'evaluation.md'),
    latency: false,
    'fail-on': 'never',
  });
  try {
    expect(await verb.run(inputs, { ...world, print: (line) => lines.push(line) })).toBe(0);
  } finally {
    await world.cleanUp();
  }
  return { evidence: Evaluation.parse(JSON.parse(await readFile(evidence, 'utf8'))), printed: lines.join('\n') };
}

function rocAuc({ comparisons }: Evaluation): number {
  const found = comparisons.find(({ metric, slice }) => metric === 'roc_auc' && slice === null);
  return found?.candidate.value ?? Number.NaN;
}

describe('the evaluation of the example', () => {
  it('measures what the labels say: other labels, other numbers', async () => {
    const real = await evaluate('april.parquet');
    const noise = await evaluate('noise.parquet');
    expect(rocAuc(real.evidence)).toBeGreaterThan(0.62);
    expect(Math.abs(rocAuc(noise.evidence) - 0.5)).toBeLessThan(0.02);
    expect(noise.evidence.benchmark.digest).not.toBe(real.evidence.benchmark.digest);
    expect(real.evidence.benchmark).toMatchObject({ clusters: 30, cluster: 'date::DATE' });
    expect(real.evidence.data_findings).toEqual([]);
    expect(real.printed).toContain('roc_auc');
  });
});
