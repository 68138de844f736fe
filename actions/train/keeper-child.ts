import { killMarked, watchTree } from './process-tree.ts';

/*
 * Waits for the end of its input. Where nobody said `done` before, whoever started the program was killed: then the
 * program ends too, with all that it started.
 */

const [mark = ''] = process.argv.slice(2);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
let said = '';
for await (const chunk of process.stdin) said += String(chunk);
if (!said.endsWith('done\n')) {
  const pid = Number.parseInt(said, 10);
  if (pid > 1) watchTree(pid, mark).kill();
  if (mark !== '') killMarked(mark);
}
