import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBFloatVector, DuckDBInstance, DuckDBIntegerVector } from '@duckdb/node-api';
import { type Boosted, type BoostingParams, boost, probability } from './boosting.ts';
import { toOnnx } from './onnx-trees.ts';
import { logLoss, rocAuc } from './quality.ts';
import { randomNumbers } from './random.ts';

/** What `train.params` of model.yaml sets. */
interface Params extends BoostingParams {
  /** Train on about this many rows, chosen by the seed; null takes all. */
  rows: number | null;
  /** Share of the rows that it gets, the latest ones, that only say when to stop. */
  validation: number;
}

/** Columns of the training data that are no features. */
const NOT_FEATURES = ['late', 'date'];

interface Rows {
  features: string[];
  columns: Float32Array[];
  late: Uint8Array;
}

/** Text as an SQL literal and as an SQL name. */
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const name = (text: string) => `"${text.replaceAll('"', '""')}"`;

/** Reads features and label by ascending time, about `wanted` rows of them. */
async function read(connection: DuckDBConnection, file: string, wanted: number | null, seed: number): Promise<Rows> {
  const from = `read_parquet(${literal(file)})`;
  const described = await connection.runAndReadAll(`SELECT column_name FROM (DESCRIBE FROM ${from})`);
  const features = described
    .getRows()
    .map(([column]) => String(column))
    .filter((column) => !NOT_FEATURES.includes(column));
  const counted = await connection.runAndReadAll(`SELECT count(*)::INTEGER FROM ${from}`);
  const total = Number(counted.getRows()[0][0]);
  const random = randomNumbers(seed);
  const kept = Uint8Array.from({ length: total }, () => (wanted === null || random() * total < wanted ? 1 : 0));
  const rows = kept.reduce((sum, one) => sum + one, 0);
  const columns = features.map(() => new Float32Array(rows));
  const late = new Uint8Array(rows);
  // A missing value becomes NaN, which the trees send to the better side.
  const select = features.map((column) => `coalesce(${name(column)}::FLOAT, 'NaN'::FLOAT)`).join(', ');
  const numbered = `read_parquet(${literal(file)}, file_row_number = true)`;
  const result = await connection.stream(
    `SELECT late::INTEGER, ${select} FROM ${numbered} ORDER BY date, file_row_number`,
  );
  let row = 0;
  let to = 0;
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    const vectors = Array.from({ length: chunk.columnCount }, (_, i) => chunk.getColumnVector(i));
    const [labels, ...values] = vectors.map((vector) => {
      if (vector instanceof DuckDBIntegerVector || vector instanceof DuckDBFloatVector) return vector;
      throw new Error('DuckDB gave a column of a type that was not asked for');
    });
    for (let i = 0; i < chunk.rowCount; i++, row++) {
      if (kept[row] === 0) continue;
      late[to] = labels.getItem(i) ?? 0;
      for (let f = 0; f < values.length; f++) columns[f][to] = values[f].getItem(i) ?? Number.NaN;
      to++;
    }
  }
  return { features, columns, late };
}

/** Writes a file that appears under its name only when it is complete. */
async function write(path: string, content: string | Uint8Array): Promise<void> {
  await writeFile(`${path}.tmp`, content);
  await rename(`${path}.tmp`, path);
}

function environment(variable: string): string {
  const value = process.env[variable];
  if (value === undefined || value === '')
    throw new Error(`${variable} is not set: this program is run by tiltyard, or with that variable given by hand.`);
  return value;
}

const data = environment('TILTYARD_DATA_TRAIN');
const out = environment('TILTYARD_OUT');
const seed = Number(environment('TILTYARD_SEED'));
const params: Params = JSON.parse(await readFile(environment('TILTYARD_PARAMS'), 'utf8'));

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
const { features, columns, late } = await read(connection, data, params.rows, seed);
const validationStart = Math.round(late.length * (1 - params.validation));
console.log(`${late.length.toLocaleString('en')} rows, ${features.length} features: ${features.join(', ')}`);

const model: Boosted = boost(columns, late, validationStart, params, (tree, loss) => {
  if (tree % 10 === 0) console.log(`tree ${tree} of ${params.trees}, validation log_loss ${loss.toFixed(4)}`);
});

const latest = Float64Array.from({ length: late.length - validationStart }, (_, i) =>
  probability(model, columns, validationStart + i),
);
const itsLabels = late.subarray(validationStart);
const metrics = {
  rows: late.length,
  validation_rows: latest.length,
  trees: model.trees.length,
  validation_roc_auc: rocAuc(itsLabels, latest),
  validation_log_loss: logLoss(itsLabels, latest),
};
await mkdir(out, { recursive: true });
await write(join(out, 'model.onnx'), toOnnx(model, features.length));
await write(join(out, 'metrics.json'), `${JSON.stringify(metrics, null, 2)}\n`);
console.log(`${metrics.trees} trees, validation roc_auc ${metrics.validation_roc_auc.toFixed(4)}`);
