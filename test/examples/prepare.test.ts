import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { datasetDigest } from '../../actions/lib/data/digest.ts';
import { monthFile, type PreparedMonth, prepare } from '../../examples/flights/prepare.ts';
import { parseDataLock } from '../../registry/data-lock.ts';

let folder: string;
let months: PreparedMonth[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'flights-'));
  months = await prepare({ folder });
});

afterAll(() => rm(folder, { recursive: true }));

/** The numbers of the one row that `select` gives; `{all}` in it stands for the prepared files. */
async function numbers(select: string): Promise<number[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const result = await connection.runAndReadAll(select.replaceAll('{all}', `'${folder}/*.parquet'`));
  connection.closeSync();
  instance.closeSync();
  return result.getRowsJS()[0].map(Number);
}

async function digests(): Promise<string[]> {
  const files = (await readdir(folder)).sort();
  return Promise.all(
    files.map(async (file) =>
      createHash('sha256')
        .update(await readFile(join(folder, file)))
        .digest('hex'),
    ),
  );
}

describe('preparing the flights', () => {
  it('splits the source by month and loses only the six flights of July', async () => {
    expect(months.map(({ rows }) => rows)).toEqual([508_239, 458_170, 511_502, 501_030, 518_831, 502_222]);
    expect(months.reduce((sum, { rows }) => sum + rows, 0)).toBe(3_000_000 - 6);
    expect(await readdir(folder)).toHaveLength(6);
  });

  it('numbers each flight once, in the order of departure', async () => {
    const [rows, ids, first, last, backwards] = await numbers(`
      SELECT count(*), count(DISTINCT flight_id), min(flight_id), max(flight_id), count(*) FILTER (date < earlier)
      FROM (SELECT flight_id, date, lag(date) OVER (ORDER BY flight_id) AS earlier FROM {all})`);
    expect([rows, ids, first, last, backwards]).toEqual([2_999_994, 2_999_994, 1, 2_999_994, 0]);
  });

  it('makes the label of the delay, and nothing is missing', async () => {
    const [wrong, nulls] = await numbers(`
      SELECT count(*) FILTER (late <> (delay >= 15)::INTEGER),
             count(*) FILTER (date IS NULL OR origin IS NULL OR destination IS NULL OR distance IS NULL OR delay IS NULL)
      FROM {all}`);
    expect([wrong, nulls]).toEqual([0, 0]);
  });

  it('writes the same bytes again', async () => {
    const before = await digests();
    await prepare({ folder });
    expect(await digests()).toEqual(before);
  });

  it.each([
    ['the candidate', 'models/flight-delay', [1, 2, 3]],
    ['the champion', 'champion', [1]],
  ])('gives what data.lock.yaml of %s pins', async (_, at, trained) => {
    const example = join(import.meta.dirname, '../../examples/flights');
    const path = join(example, at, 'data.lock.yaml');
    const { train, benchmark } = parseDataLock(await readFile(path, 'utf8'), path).value;
    for (const [pin, numbers] of [
      [train, trained],
      [benchmark, [4]],
    ] as const) {
      const files = numbers.map((month) => join(folder, monthFile(month)));
      const { digest: sha256, bytes } = datasetDigest(files);
      const rows = numbers.reduce((sum, month) => sum + months[month - 1].rows, 0);
      expect(pin).toMatchObject({ sha256, bytes, files: files.length, rows });
    }
    const workflow = await readFile(join(example, '.github/workflows/tiltyard.yml'), 'utf8');
    expect(workflow).toContain(`APRIL: ${benchmark?.sha256}`);
  });

  it('leaves nothing half-written when it is interrupted', async () => {
    const other = join(folder, 'interrupted');
    const controller = new AbortController();
    const run = prepare({
      folder: other,
      signal: controller.signal,
      onMonth: () => controller.abort(new Error('stop')),
    });
    await expect(run).rejects.toThrow('stop');
    expect(await readdir(other)).toEqual(['flights-2001-01.parquet']);
    await rm(other, { recursive: true });
  });
});

describe('what README.md says of the data', () => {
  it('`date` is the actual departure: flights at night are late ones, and late ones leave at odd minutes', async () => {
    const [night, noon, onTime, late] = await numbers(`
      SELECT avg(late) FILTER (hour(date) IN (2, 3)), avg(late) FILTER (hour(date) = 12),
             avg((minute(date) % 5 = 0)::INTEGER) FILTER (delay BETWEEN -15 AND 14),
             avg((minute(date) % 5 = 0)::INTEGER) FILTER (delay >= 120)
      FROM {all}`);
    expect([night, noon].map((share) => Math.round(100 * share))).toEqual([68, 20]);
    expect([onTime, late].map((share) => Math.round(100 * share))).toEqual([35, 27]);
  });

  it('`delay` is the delay at arrival: taken from `date` it leaves no timetable, and most flights are early', async () => {
    const [round, early] = await numbers(`
      SELECT avg((minute(date - to_minutes(delay::BIGINT)) % 5 = 0)::INTEGER), avg((delay < 0)::INTEGER) FROM {all}`);
    expect([round, early].map((share) => Math.round(100 * share))).toEqual([23, 51]);
  });

  it('months and days differ in how many flights are late', async () => {
    const months = [1, 2, 3, 4, 5, 6].map((month) => `avg(late) FILTER (month(date) = ${month})`);
    const days = [6, 28].map((day) => `avg(late) FILTER (date::DATE = '2001-04-${String(day).padStart(2, '0')}')`);
    const shares = await numbers(`SELECT ${[...months, ...days].join(', ')} FROM {all}`);
    const percent = shares.map((share) => Math.round(1000 * share) / 10);
    expect(percent).toEqual([21.5, 24.3, 22, 18.8, 16.9, 22.3, 41, 6.9]);
  });

  it('a few rows are doubtful and are kept', async () => {
    const found = await numbers(`
      SELECT (SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM {all} GROUP BY date, delay, distance, origin, destination)),
             count(*) FILTER (delay < -200)
      FROM {all}`);
    expect(found).toEqual([191, 3]);
  });
});
