import type { Dataset } from './dataset.ts';
import { type Connection, identifier, literal } from './duckdb.ts';
import { readChunks } from './read.ts';
import { asDataError } from './refusal.ts';
import { lowWords, uint64Column } from './vector.ts';

/** How many hashes a sketch keeps: 1 MiB. */
export const SKETCH_SIZE = 131_072;

/**
 * The `SKETCH_SIZE` smallest different 64-bit hashes of a dataset's ids (a bottom-k sketch, Cohen & Kaplan 2007),
 * ascending. The hash is the first eight bytes (little-endian) of the md5 of the id as text: the same in every version of
 * every library, and spread evenly over 0 to 2⁶⁴ − 1.
 * A sketch with fewer hashes than that holds every id.
 */
export interface IdSketch {
  hashes: BigUint64Array;
  /** Every id whose hash is at most this is in the sketch. */
  limit: bigint;
}

const LARGEST = 2n ** 64n - 1n;

function idHash(id: string): string {
  return `md5_number(coalesce(CAST(${identifier(id)} AS VARCHAR), ''))`;
}

/** The sketch of a dataset's ids, in one pass and constant memory. */
export async function idSketch(connection: Connection, dataset: Dataset, id: string): Promise<IdSketch> {
  let kept = new BigUint64Array(0);
  const waiting = new BigUint64Array(2 * SKETCH_SIZE);
  let count = 0;
  let limit = LARGEST;
  const merge = () => {
    const all = new BigUint64Array(kept.length + count);
    all.set(kept);
    all.set(waiting.subarray(0, count), kept.length);
    kept = distinct(all.sort()).slice(0, SKETCH_SIZE);
    if (kept.length === SKETCH_SIZE) limit = kept[SKETCH_SIZE - 1];
    count = 0;
  };
  for await (const chunk of readChunks(connection, dataset, [idHash(id)])) {
    const items = lowWords(chunk, 0);
    if (count + items.length > waiting.length) merge();
    for (let i = 0; i < items.length; i++) if (items[i] <= limit) waiting[count++] = items[i];
  }
  merge();
  return { hashes: kept, limit };
}

/** The different values of a sorted array. */
function distinct(sorted: BigUint64Array): BigUint64Array<ArrayBuffer> {
  const out = new BigUint64Array(sorted.length);
  let length = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) out[length++] = sorted[i];
  return out.slice(0, length);
}

export interface Overlap {
  /** Ids found in both (each one surely shared, but for a chance of n·m/2⁶⁴ that two ids have one hash). */
  shared: number;
  /** The share of all ids that was compared; 1 where every id was. */
  sampled: number;
  /** About how many ids are shared in all: `shared / sampled`. */
  estimate: number;
  /** An overlap of this many ids or more would have been seen with a probability of at least 99 %. */
  detectable: number;
}

/**
 * How many ids two datasets share, by their sketches. Below the smaller of both limits each sketch holds all ids of its
 * dataset, so every shared id is seen if its hash lies there: with probability `sampled`, for each id alike. Datasets of
 * up to 131,072 different ids are compared exactly. Where nothing is found, an overlap of m ids was missed with
 * probability (1 − sampled)^m.
 */
export function overlap(a: IdSketch, b: IdSketch): Overlap {
  const limit = a.limit < b.limit ? a.limit : b.limit;
  let shared = 0;
  for (let i = 0, j = 0; i < a.hashes.length && j < b.hashes.length; ) {
    const left = a.hashes[i];
    const right = b.hashes[j];
    if (left > limit || right > limit) break;
    if (left === right) shared++;
    if (left <= right) i++;
    if (right <= left) j++;
  }
  return summary(shared, limit);
}

/**
 * The same between sketches and all ids of a dataset, in one pass for all sketches: more is compared where the dataset
 * has more ids than a sketch keeps.
 */
export async function overlapWithDataset(
  connection: Connection,
  sketches: readonly IdSketch[],
  dataset: Dataset,
  id: string,
): Promise<Overlap[]> {
  const sides = sketches.map((sketch) => ({
    limit: sketch.limit,
    known: new Set(sketch.hashes),
    found: new Set<bigint>(),
  }));
  for await (const chunk of readChunks(connection, dataset, [idHash(id)])) {
    for (const hash of lowWords(chunk, 0)) {
      for (const { limit, known, found } of sides) if (hash <= limit && known.has(hash)) found.add(hash);
    }
  }
  return sides.map(({ found, limit }) => summary(found.size, limit));
}

function summary(shared: number, limit: bigint): Overlap {
  const sampled = limit === LARGEST ? 1 : Number(limit) / 2 ** 64;
  return {
    shared,
    sampled,
    estimate: Math.round(shared / sampled),
    detectable: sampled === 1 ? 1 : Math.ceil(Math.log(0.01) / Math.log1p(-sampled)),
  };
}

/** Writes a sketch as Parquet with one column, `hash`: the artifact's `training-ids.parquet`. */
export async function writeSketch(connection: Connection, sketch: IdSketch, path: string): Promise<void> {
  await connection.run('CREATE OR REPLACE TEMP TABLE sketch (hash UBIGINT)');
  const appender = await connection.createAppender('sketch', null, 'temp');
  for (const hash of sketch.hashes) {
    appender.appendUBigInt(hash);
    appender.endRow();
  }
  appender.closeSync();
  await connection.run(`COPY sketch TO ${literal(path)} (FORMAT parquet, COMPRESSION zstd); DROP TABLE sketch`);
}

/** Reads a sketch back; a damaged file is the user's error. */
export async function readSketch(connection: Connection, path: string): Promise<IdSketch> {
  try {
    const result = await connection.run(
      `SELECT CAST(hash AS UBIGINT) FROM read_parquet(${literal(path)}) ORDER BY 1 LIMIT ${SKETCH_SIZE}`,
    );
    const hashes = new BigUint64Array(SKETCH_SIZE);
    let count = 0;
    for (const chunk of await result.fetchAllChunks()) {
      hashes.set(uint64Column(chunk, 0).items, count);
      count += chunk.rowCount;
    }
    const kept = distinct(hashes.subarray(0, count));
    return { hashes: kept, limit: kept.length === SKETCH_SIZE ? kept[SKETCH_SIZE - 1] : LARGEST };
  } catch (error) {
    throw asDataError(error, { uri: path, format: 'parquet' });
  }
}
