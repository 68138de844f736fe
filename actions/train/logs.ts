import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { reportToWorkflow } from '#lib/action.ts';
import { isWorkflow } from '#lib/workflow-run.ts';
import type { World } from '#lib/world.ts';
import { listRuns } from './runs.ts';

/** Of all logs that are uploaded together, in bytes. */
const MOST = 20_000_000;

/**
 * Does what trains, and in a workflow names a folder with what its programs said as the output `logs`, however it ended:
 * one file a run, named after it, the newest first until there is no more room; of the last one that fits in part, the end.
 */
export async function withLogs<T>(root: string, model: string, world: World, work: () => Promise<T>): Promise<T> {
  if (!isWorkflow(world.env)) return work();
  const before = new Set((await listRuns(root, model)).map(({ folder }) => folder));
  try {
    return await work();
  } finally {
    const into = join(world.env['RUNNER_TEMP'] ?? join(root, '.tiltyard'), 'tiltyard-logs', model);
    const made = (await listRuns(root, model)).filter(({ folder }) => !before.has(folder));
    // Names know no more than the second.
    made.sort((a, b) => (a.run.started_at < b.run.started_at ? 1 : -1));
    try {
      if (await gather(made, into)) await reportToWorkflow({ logs: into }, null);
    } catch (error) {
      // What became of the training is what counts.
      world.print(`The logs can’t be gathered: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

/** @returns whether there was anything to write. */
async function gather(runs: Awaited<ReturnType<typeof listRuns>>, into: string): Promise<boolean> {
  await rm(into, { recursive: true, force: true });
  let room = MOST;
  for (const { folder, run } of runs) {
    const end = await endOf(join(folder, 'log.txt'), room);
    if (end.length === 0) continue;
    await mkdir(into, { recursive: true });
    await writeFile(join(into, `${run.run}.txt`), end);
    room -= end.length;
  }
  return room < MOST;
}

/** The last bytes of a file, no more than so many, from the beginning of a line; none of one that is not there. */
async function endOf(path: string, most: number): Promise<Buffer> {
  const file = await open(path).catch(() => null);
  if (file === null) return Buffer.alloc(0);
  try {
    const { size } = await file.stat();
    const position = Math.max(0, size - most);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - position), 0, size - position, position);
    const read = buffer.subarray(0, bytesRead);
    return position === 0 ? read : read.subarray(read.indexOf('\n') + 1);
  } finally {
    await file.close();
  }
}
