import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { constants as signals } from 'node:os';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { asPlaceError } from '#lib/write.ts';
import { UserError } from '#registry/error.ts';
import { startKeeper } from './keeper.ts';
import { eachLine, harmless } from './lines.ts';
import { MARK, watchTree } from './process-tree.ts';

export interface ProgramRun {
  /** The file of the program, and its arguments. */
  argv: readonly [string, ...string[]];
  /** What messages call it. */
  command: string;
  /** Its working folder, and the one that it is a copy of: where it says the first, the second is shown. */
  folder: string;
  original: string;
  /** All of its environment, but for the mark. */
  env: Record<string, string>;
  /** Of the run, and nobody else's. */
  mark: string;
  limits: { megabytes: number; minutes: number };
  /** A file that gets all that it says, appended. */
  log: string;
  /** Hears the lines as they come, for as long as they are kept. */
  onLine(line: string): void;
}

const LOOK_EVERY_MS = 100;
const KEPT_LINES = 20;
const LAST_WORDS_MS = 5_000;
/** Characters; a program that says more is still heard, but no longer written down. */
const LONGEST_LOG = 50_000_000;

/**
 * Runs the training program without a shell, in a process group of its own, and ends all that it started: when it is
 * over, when it takes too much, when the signal says so.
 * @throws UserError that says how it failed, with its last words.
 */
export async function runProgram(run: ProgramRun, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const [file, ...args] = run.argv;
  const env = { ...run.env, [MARK]: run.mark };
  const keeper = startKeeper(run.mark);
  const child = spawn(file, args, { cwd: run.folder, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  if (child.pid !== undefined) keeper.watch(child.pid);
  const log = startLog(run.log);
  const last: string[] = [];
  const lines = [child.stdout, child.stderr].map(async (stream) =>
    eachLine(stream, (said) => {
      const line = said.replaceAll(run.folder, run.original);
      const kept = log.write(line);
      const shown = harmless(line);
      last.push(shown);
      if (last.length > KEPT_LINES) last.shift();
      if (kept) run.onLine(shown);
    }),
  );
  const stopped = await guard(child, run, signal);
  keeper.dismiss();
  await Promise.race([Promise.all(lines), sleep(LAST_WORDS_MS, undefined, { ref: false })]);
  // Somebody whom nobody could end may hold the other side of the pipes for ever.
  for (const stream of [child.stdout, child.stderr]) stream.destroy();
  await log.end();
  signal.throwIfAborted();
  const said = last.length === 0 ? 'It said nothing.' : `Its last words:\n${last.join('\n')}`;
  const failed = stopped ?? ending(child);
  if (failed !== null) {
    throw new UserError(`the training program (${run.command}) ${failed.what}`, { fix: `${failed.fix} ${said}` });
  }
}

function startLog(path: string) {
  const stream = createWriteStream(path, { flags: 'a' });
  const written = finished(stream);
  written.catch(() => {});
  let length = 0;
  return {
    /** @returns whether there was room for it. */
    write(line: string): boolean {
      const full = length > LONGEST_LOG;
      length += line.length + 1;
      if (!full) stream.write(length > LONGEST_LOG ? 'What it said after this is not kept.\n' : `${line}\n`);
      return length <= LONGEST_LOG;
    },
    async end() {
      stream.end();
      await written.catch((cause: unknown) => {
        throw asPlaceError(cause, path);
      });
    },
  };
}

interface Failure {
  what: string;
  fix: string;
}

/** Waits for the program's end and ends it before where it must be; then nothing that it started is left. */
async function guard(child: ChildProcess, run: ProgramRun, signal: AbortSignal): Promise<Failure | null> {
  const { megabytes, minutes } = run.limits;
  let stopped: Failure | null = null;
  const exited = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', (cause) => {
      stopped ??= { what: `could not be started: ${cause.message}`, fix: 'Check train.run in model.yaml.' };
      resolve();
    });
  });
  const { pid } = child;
  if (pid === undefined) {
    await exited;
    return stopped;
  }
  const tree = watchTree(pid, run.mark);
  const stop = (why: Failure | null) => {
    stopped ??= why;
    tree.kill();
  };
  const onAbort = () => stop(null);
  const onExit = () => tree.kill();
  signal.addEventListener('abort', onAbort, { once: true });
  process.once('exit', onExit);
  const clock = setTimeout(
    () =>
      stop({ what: `was stopped after ${minutes} minutes`, fix: 'Raise train.limits.minutes, or give it less to do.' }),
    minutes * 60_000,
  );
  const poll = setInterval(() => {
    if (tree.memory(megabytes * 1e6) <= megabytes * 1e6) return;
    const what = `was stopped: it and what it started used more than ${megabytes} MB of memory`;
    stop({ what, fix: 'Raise train.limits.megabytes, or have it hold less at a time.' });
  }, LOOK_EVERY_MS);
  try {
    await exited;
    // What it leaves behind could still write; it ends with it.
    tree.kill();
    return stopped;
  } finally {
    clearTimeout(clock);
    clearInterval(poll);
    signal.removeEventListener('abort', onAbort);
    process.off('exit', onExit);
  }
}

function ending({ exitCode, signalCode }: ChildProcess): Failure | null {
  const fix = 'Find out why, and train again.';
  if (signalCode !== null) return { what: `was ended by ${signalCode}${hint(signalCode)}`, fix };
  return exitCode === 0 ? null : { what: `ended with status ${exitCode}`, fix };
}

function hint(signal: NodeJS.Signals): string {
  return signals.signals[signal] === signals.signals.SIGKILL
    ? ' (by somebody else: the system does that where memory is short)'
    : '';
}
