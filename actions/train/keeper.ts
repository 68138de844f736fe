import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ENTRY = fileURLToPath(new URL('./keeper-child.ts', import.meta.url));

/** A process that outlives us where we are killed, and ends a program that we can't end any more. */
export interface Keeper {
  /** Names the program's process, once it has one. */
  watch(pid: number): void;
  /** There is nothing left to end. */
  dismiss(): void;
}

/** Starts one for the program of this mark. It is told that we are gone by the end of its input. */
export function startKeeper(mark: string): Keeper {
  const child: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', ENTRY, mark], {
    env: {},
    // In a group of its own, a Ctrl-C that is meant for us does not end it before us.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  child.unref();
  return {
    watch: (pid) => child.stdin?.write(`${pid}\n`),
    dismiss: () => child.stdin?.end('done\n'),
  };
}
