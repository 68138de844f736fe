import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openDatabase } from '#lib/data/duckdb.ts';
import { useWorkspace } from './workspace.ts';

const workspace = useWorkspace();

it('two databases that spill into one folder at the same time do not touch each other’s rows', async () => {
  const temporary = join(workspace.root, 'shared');
  const spilled = new Set<string>();
  const sum = async (seed: number) => {
    const { connection, close } = await openDatabase({ temporary, memory: '30MB' });
    const look = setInterval(() => {
      for (const name of readdirSync(temporary, { recursive: true })) spilled.add(String(name).split('/')[0]);
    }, 20);
    const result = await connection.runAndReadAll(
      `SELECT sum(i * r) FROM (SELECT i, row_number() OVER (ORDER BY s) AS r
         FROM (SELECT i, md5((i + ${seed})::VARCHAR) AS s FROM range(400000) AS numbers(i)))`,
    );
    clearInterval(look);
    close();
    return Number(result.getRowsJson()[0]?.[0]);
  };
  const alone = [await sum(1), await sum(2)];
  expect(spilled.size).toBe(2);
  expect(await Promise.all([sum(1), sum(2)])).toEqual(alone);
  expect(spilled.size).toBe(4);
});
