import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { idSketch, overlap, overlapWithDataset, readSketch, SKETCH_SIZE, writeSketch } from '#lib/data/sketch.ts';
import { userError, useWorkspace } from './workspace.ts';

const space = useWorkspace();

async function ids(name: string, from: number, to: number) {
  await space.parquet(name, `SELECT 'row-' || range AS id FROM range(${from}, ${to})`);
  const dataset = await space.open(name, { id: 'string' });
  return { dataset, sketch: await idSketch(space.database.connection, dataset, 'id') };
}

test('the hashes are the first eight bytes of the md5, as anybody can compute them', async () => {
  const { sketch } = await ids('few.parquet', 0, 100);
  const expected = Array.from({ length: 100 }, (_, i) =>
    createHash('md5').update(`row-${i}`).digest().readBigUInt64LE(0),
  );
  expect([...sketch.hashes]).toEqual(expected.toSorted((a, b) => (a < b ? -1 : 1)));
});

test('up to 131,072 ids are compared exactly', async () => {
  const a = await ids('a.parquet', 0, 100_000);
  const b = await ids('b.parquet', 99_999, 120_000);
  const exact = { shared: 1, sampled: 1, estimate: 1, detectable: 1 };
  expect(overlap(a.sketch, b.sketch)).toEqual(exact);
  expect(await overlapWithDataset(space.database.connection, [a.sketch], b.dataset, 'id')).toEqual([exact]);
  const c = await ids('c.parquet', 120_000, 130_000);
  expect(overlap(a.sketch, c.sketch).shared).toBe(0);
});

test('more ids are sampled alike, and an overlap is estimated', async () => {
  const a = await ids('big-a.parquet', 0, 600_000);
  const b = await ids('big-b.parquet', 500_000, 900_000);
  expect(a.sketch.hashes).toHaveLength(SKETCH_SIZE);
  const [found] = await overlapWithDataset(space.database.connection, [a.sketch, b.sketch], b.dataset, 'id');
  expect(found?.sampled).toBeCloseTo(SKETCH_SIZE / 600_000, 2);
  // Of 100,000 shared ids, about 21,845 are seen; five standard errors are 656 of these, 3,000 of the estimate.
  expect(Math.abs((found?.estimate ?? 0) - 100_000)).toBeLessThan(3000);
  expect(overlap(a.sketch, b.sketch)).toEqual(found);
  // 1 % = (1 − 0.2184)^m at m = 18.7.
  expect(found?.detectable).toBe(19);
});

test('a sketch is kept as Parquet', async () => {
  const { sketch } = await ids('big-c.parquet', 0, 200_000);
  const path = `${space.root}/training-ids.parquet`;
  await writeSketch(space.database.connection, sketch, path);
  expect(await readSketch(space.database.connection, path)).toEqual(sketch);
  space.write('training-ids.parquet', 'PAR1');
  expect((await userError(() => readSketch(space.database.connection, path))).message).toContain(
    'training-ids.parquet',
  );
});
