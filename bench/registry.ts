import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { buildRegistry } from './registry/build.ts';

/*
 * fsck (without the store) and history of a registry with many versions, each as a process of its own, as a person runs
 * it: with nothing kept from before, then again, then after one more commit.
 */
const { values } = parseArgs({
  options: {
    versions: { type: 'string', default: '10000' },
    models: { type: 'string', default: '1' },
    folder: { type: 'string', default: '.tiltyard/bench/registry' },
    keep: { type: 'boolean', default: false },
  },
});
const run = promisify(execFile);
const folder = join(process.cwd(), values.folder);
const main = join(import.meta.dirname, '..', 'actions', 'main.ts');

async function timed(label: string, ...args: string[]): Promise<void> {
  const start = performance.now();
  const { stdout } = await run(process.execPath, [main, ...args, '--root', folder], { maxBuffer: 1e9 });
  const seconds = (performance.now() - start) / 1000;
  console.log(`${label}: ${seconds.toFixed(2)} s; ${stdout.trim().split('\n').at(-1)?.slice(0, 120)}`);
}

if (!values.keep) {
  const commits = await buildRegistry(folder, Number(values.versions), Number(values.models));
  console.log(`${values.versions} versions of ${values.models} models in ${commits} commits`);
}
rmSync(join(folder, '.tiltyard'), { recursive: true, force: true });
await timed('fsck, nothing kept', 'fsck', '--no-store');
for (let i = 0; i < 3; i++) await timed('fsck again', 'fsck', '--no-store');
rmSync(join(folder, '.tiltyard'), { recursive: true, force: true });
for (let i = 0; i < 3; i++) await timed('history', 'history', '--model', 'model-0');
