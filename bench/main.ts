import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// npm run bench            lists the benchmarks
// npm run bench -- NAME …  runs one, in a process of its own; what follows the name is handed on
const folder = fileURLToPath(new URL('./', import.meta.url));
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.ts') && file !== 'main.ts')
  .map((file) => file.slice(0, -'.ts'.length))
  .sort();
const [name, ...rest] = process.argv.slice(2);

if (name !== undefined && names.includes(name)) {
  const { status } = spawnSync(process.execPath, [`${folder}${name}.ts`, ...rest], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} else {
  const list = names.map((each) => `  npm run bench -- ${each}`).join('\n');
  console.log(`Benchmarks; their figures are kept in bench/README.md.\n\n${list || '  (none yet)'}`);
  if (name !== undefined) {
    console.error(`\nThere is no benchmark ${JSON.stringify(name)}.`);
    process.exitCode = 3;
  }
}
