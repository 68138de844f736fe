import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { scenario } from './evaluation/scenario.ts';

/*
 * The whole evaluation against what can't be left out: DuckDB reading the same Parquet, and both inferences, in as many
 * processes with as many threads, at the best batch size. Latency is switched off.
 */
const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    runs: { type: 'string', default: '3' },
    folder: { type: 'string', default: '.tiltyard/bench' },
  },
});
const run = promisify(execFile);
const rows = Number(values.rows);
const folder = join(process.cwd(), values.folder);
await mkdir(folder, { recursive: true });
const made = await scenario(folder, rows);
const here = import.meta.dirname;

const BATCHES = [1024, 4096, 16_384, 65_536];

async function baseline(...args: string[]): Promise<number> {
  const { stdout } = await run(process.execPath, [join(here, 'evaluation', 'baseline.ts'), ...args]);
  return JSON.parse(stdout).seconds;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

async function bestBatch(): Promise<string> {
  const seconds = [];
  for (const batch of BATCHES) seconds.push(await baseline('infer', made.champion, '100000', String(batch)));
  return String(BATCHES[seconds.indexOf(Math.min(...seconds))]);
}

async function whole(): Promise<{ seconds: number; peak: number; parts: Record<string, number> }> {
  const evidence = join(made.root, 'evidence.json');
  let out = '';
  const seconds = await timed(async () => {
    const { stdout } = await run(process.execPath, [
      join(here, 'evaluation', 'whole.ts'),
      made.root,
      made.candidate,
      made.champion,
      evidence,
    ]);
    out = stdout;
  });
  return { seconds, ...JSON.parse(out.slice(out.lastIndexOf('\n{'))) };
}

const batch = await bestBatch();
console.log(`${rows.toLocaleString('en')} rows, best batch ${batch}`);
const ratios: number[] = [];
for (let i = 0; i < Number(values.runs); i++) {
  const read = await timed(() => baseline('read', made.data));
  const infer = await timed(() =>
    Promise.all([made.champion, made.candidate].map((version) => baseline('infer', version, String(rows), batch))),
  );
  const { seconds, peak, parts } = await whole();
  ratios.push(seconds / (read + infer));
  console.log(
    `read ${read.toFixed(2)} s + both inferences ${infer.toFixed(2)} s = ${(read + infer).toFixed(2)} s; ` +
      `whole evaluation ${seconds.toFixed(2)} s (${JSON.stringify(parts)}), parent's peak ${(peak / 1e6).toFixed(0)} MB; ratio ${(seconds / (read + infer)).toFixed(2)}`,
  );
}
console.log(`median ratio ${ratios.sort((a, b) => a - b)[Math.floor(ratios.length / 2)].toFixed(2)}`);
