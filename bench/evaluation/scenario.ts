import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { treeEnsemble } from '../../test/fixtures/onnx/trees.ts';

/** Features of the synthetic model: f0 … f19. */
export const FEATURES = 20;

/** A user's repository with a benchmark of `rows` rows × 20 features, and two versions of one model. */
export interface Scenario {
  root: string;
  rows: number;
  data: string;
  champion: string;
  candidate: string;
}

const names = Array.from({ length: FEATURES }, (_, index) => `f${index}`);

/** Makes the scenario's files once; the numbers are DuckDB's seeded hash of the row, so every machine has the same. */
export async function scenario(folder: string, rows: number): Promise<Scenario> {
  const root = join(folder, `evaluate-${rows}`);
  const made: Scenario = {
    root,
    rows,
    data: join(root, 'benchmark.parquet'),
    champion: join(root, 'champion'),
    candidate: join(root, 'candidate'),
  };
  await mkdir(join(root, 'models', 'bench'), { recursive: true });
  if (!existsSync(made.data)) await writeData(made.data, rows);
  await writeFile(join(root, 'models', 'bench', 'model.yaml'), MODEL);
  await writeVersion(made.champion, 100, 1);
  await writeVersion(made.candidate, 150, 2);
  return made;
}

async function writeData(path: string, rows: number): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  // Sums of four uniform hashes: close to normal, and the same on every machine.
  const uniform = (index: number, part: number) =>
    `(hash(i * 97 + ${index * 4 + part}) / 18446744073709551616.0 - 0.5)`;
  const columns = names.map(
    (name, index) =>
      `CAST(sqrt(3) * (${[0, 1, 2, 3].map((part) => uniform(index, part)).join(' + ')}) AS FLOAT) AS ${name}`,
  );
  const beside = `${path}.part`;
  await connection.run(`COPY (
    SELECT i AS id, ${columns.join(', ')}, CAST(hash(i * 97 + 91) % 1000 AS INTEGER) AS unit,
           'region ' || hash(i * 97 + 92) % 12 AS region, 'plan ' || hash(i * 97 + 93) % 5 AS plan,
           CAST(hash(i * 97 + 94) % 100 < 30 AS INTEGER) AS label
    FROM range(${rows}) rows(i)
  ) TO '${beside}' (FORMAT parquet)`);
  connection.closeSync();
  instance.closeSync();
  await rename(beside, path);
}

async function writeVersion(folder: string, trees: number, seed: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), treeEnsemble({ trees, depth: 5, features: FEATURES, seed, outputs: 2 }));
  await writeFile(join(folder, 'features.sql'), `SELECT id, ${names.join(', ')} FROM source\n`);
  const description = {
    schema: 'tiltyard/artifact/1',
    model: 'bench',
    task: 'binary_classification',
    classes: ['0', '1'],
    threshold: 0.5,
    training: { rows: 1, start: '2000-01-01T00:00:00Z', end: '2000-01-02T00:00:00Z', digest: null, ids: null },
  };
  await writeFile(join(folder, 'artifact.json'), JSON.stringify(description));
}

const MODEL = `name: bench
task: binary_classification
data:
  benchmark: { uri: benchmark.parquet }
  id: id
  label: label
  cluster: unit
  schema:
    id: { type: bigint }
${names.map((name) => `    ${name}: { type: float }`).join('\n')}
    unit: { type: integer }
    region: { type: string }
    plan: { type: string }
    label: { type: integer }
evaluate:
  primary: { metric: roc_auc, max_loss: 0.01 }
  slices: { columns: [region, plan], max_loss: 0.05 }
`;
