import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { root } from '../contract/source.ts';
import { digestOfSources, figuresFile, readFigures, reliabilityFile, renderFigures, withFigures } from './figures.ts';
import type { ProofPart, Row } from './part.ts';
import { parts } from './parts.ts';

// npm run proof                    every proof in full size; finished cases are kept in .tiltyard/proof and not run again
// npm run proof -- coverage        one of them
// npm run proof -- --draws 200     a smaller size: printed beside the full one, written nowhere
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { draws: { type: 'string' }, threads: { type: 'string', default: String(availableParallelism()) } },
});
const unknown = positionals.filter((name) => parts.every((part) => part.name !== name));
if (unknown.length > 0) {
  console.error(`There is no proof ${unknown.join(', ')}; there are: ${parts.map(({ name }) => name).join(', ')}.`);
  process.exit(3);
}
for (const part of parts) if (positionals.length === 0 || positionals.includes(part.name)) await prove(part);

async function prove(part: ProofPart): Promise<void> {
  const draws = values.draws === undefined ? part.draws.full : Number(values.draws);
  const sources = digestOfSources(part.sources);
  const folder = `${root}.tiltyard/proof/${part.name}-${draws}-${part.seed}-${sources.slice(0, 12)}/`;
  mkdirSync(folder, { recursive: true });
  console.log(`${part.name}: ${part.cases.length} cases of ${draws} draws (in full size ${part.draws.full})`);

  const waiting = part.cases.filter((name) => !existsSync(kept(folder, name)));
  if (waiting.length < part.cases.length)
    console.log(`${part.cases.length - waiting.length} cases are there from before`);
  const line = progressLine();
  const one = async () => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
      const started = performance.now();
      const rows = await runCase(part, name, draws, (done) => line.show(`${name}: ${done} of ${draws}`));
      writeWhole(kept(folder, name), `${JSON.stringify(rows)}\n`);
      line.clear();
      console.log(`${name}: ${Math.round((performance.now() - started) / 1000)} s`);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Number(values.threads)) }, one));

  const rows = part.cases.flatMap((name): Row[] => JSON.parse(readFileSync(kept(folder, name), 'utf8')));
  const figures = { draws, seed: part.seed, sources, commit: commit(), rows };
  const section = renderFigures(part, figures);
  console.log(`\n${section}\n`);
  if (draws !== part.draws.full) return;
  writeWhole(figuresFile, `${JSON.stringify({ ...readFigures(), [part.name]: figures }, null, 2)}\n`);
  writeWhole(reliabilityFile, withFigures(readFileSync(reliabilityFile, 'utf8'), part.name, section));
  rmSync(folder, { recursive: true });
}

function runCase(part: ProofPart, name: string, draws: number, onProgress: (done: number) => void): Promise<Row[]> {
  return new Promise((resolve, reject) => {
    const workerData = { part: part.name, name, draws, seed: part.seed };
    const worker = new Worker(new URL('./run-case.ts', import.meta.url), { workerData });
    worker.on('message', (message: number | Row[]) => {
      if (typeof message === 'number') onProgress(message);
      else resolve(message);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => reject(new Error(`${part.name}, ${name}: ended with status ${code} and no figures`)));
  });
}

function kept(folder: string, name: string): string {
  return `${folder}${name.replaceAll(/[^\w.=-]+/g, '_')}.json`;
}

/** Never leaves half a file behind. */
function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.part`, text);
  renameSync(`${path}.part`, path);
}

function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: root, encoding: 'utf8' }).trim();
  return (
    git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain', '--untracked-files=no') === '' ? '' : '+')
  );
}

/** One line that is written over on a terminal; nothing where the output is a log. */
function progressLine(): { show(text: string): void; clear(): void } {
  const terminal = process.stderr.isTTY;
  return {
    show: (text) => void (terminal && process.stderr.write(`\r\u001b[2K${text}`)),
    clear: () => void (terminal && process.stderr.write('\r\u001b[2K')),
  };
}
