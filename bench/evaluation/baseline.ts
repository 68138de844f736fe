import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { FEATURES } from './scenario.ts';

/*
 * The yardstick: what can't be left out. `read` streams every column of the Parquet through DuckDB on one thread;
 * `infer` runs one model over rows that lie in memory already, on one thread with the given batch.
 * Usage: baseline.ts read <parquet> | infer <version's folder> <rows> <batch>. Prints seconds, without the start of Node.
 */
const [what, place, rows, batch] = process.argv.slice(2);
const seconds = what === 'read' ? await read(place) : await infer(place, Number(rows), Number(batch));
console.log(JSON.stringify({ seconds }));

async function read(parquet: string): Promise<number> {
  const start = performance.now();
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const result = await connection.stream(`SELECT * FROM read_parquet('${parquet}')`);
  for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (let column = 0; column < chunk.columnCount; column++) chunk.getColumnVector(column);
  }
  return (performance.now() - start) / 1000;
}

async function infer(folder: string, count: number, size: number): Promise<number> {
  // The rows that all batches share: the time of a tree depends on the path, so they are as random as the real ones.
  const block = new Float32Array(size * FEATURES);
  for (let i = 0; i < block.length; i++) block[i] = normal(i);
  const start = performance.now();
  const session = await InferenceSession.create(await readFile(join(folder, 'model.onnx')), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
  });
  for (let done = 0; done < count; done += size) {
    const now = Math.min(size, count - done);
    const features = new Tensor('float32', block.subarray(0, now * FEATURES), [now, FEATURES]);
    await session.run({ [session.inputNames[0]]: features }, ['probabilities']);
  }
  return (performance.now() - start) / 1000;
}

function normal(i: number): number {
  let sum = 0;
  for (let part = 0; part < 4; part++) {
    let x = Math.imul(i * 4 + part + 1, 0x9e3779b1);
    x = Math.imul(x ^ (x >>> 15), 0x85ebca6b);
    sum += ((x ^ (x >>> 13)) >>> 0) / 2 ** 32 - 0.5;
  }
  return Math.sqrt(3) * sum;
}
