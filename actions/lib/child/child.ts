import { type ChildProcess, spawn } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { UserError } from '#registry/error.ts';
import { type Frame, readFrames, writeFrame } from './frame.ts';
import { residentBytes } from './memory.ts';

/** What a child may use. */
export interface Limits {
  /** Resident memory, in bytes. */
  memory: number;
  /** Wall clock of one request, in seconds. */
  seconds: number;
}

/** Why a child ended before it had answered. */
export class ChildStopped extends Error {
  override readonly name = 'ChildStopped';
  readonly reason: 'memory' | 'time' | 'crash';

  constructor(reason: 'memory' | 'time' | 'crash', message: string) {
    super(message);
    this.reason = reason;
  }
}

/** A process of ours that holds what could crash, hang or grow: DuckDB over a stranger's file, ONNX Runtime over a stranger's model. */
export interface Child {
  /**
   * Sends one request and resolves with the head and body of its closing answer; answers before that go to `onFrame`.
   * One request at a time. Rejects with the child's own UserError, with ChildStopped, or with a bug's error.
   */
  ask(request: unknown, onFrame?: (frame: Frame) => void): Promise<Frame>;
  /** Ends the child; safe to call twice. */
  stop(): void;
}

const Answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('part') }),
  z.object({ kind: z.literal('done') }),
  z.object({ kind: z.literal('user_error'), message: z.string(), fix: z.string() }),
  z.object({ kind: z.literal('bug'), message: z.string(), stack: z.string().optional() }),
]);

/** How often the memory of a child is looked at. A model that fills 5 GB a second overshoots by about 100 MB. */
const MEMORY_POLL_MS = 20;
const KEPT_STDERR = 4_000;
const LAST_MOMENT_MS = 1_000;
const BOOT = fileURLToPath(new URL('./boot.ts', import.meta.url));
const living = new Set<ChildProcess>();

process.on('exit', () => {
  for (const child of living) child.kill('SIGKILL');
});

/**
 * Starts `entry` (the absolute path of a module that calls `serve`) with an empty environment. Only SIGKILL stops a
 * model with an endless loop, so that is what limits and `signal` use. A `yielding` child takes only what processors the
 * others leave; it may have to wait for as long as they may take, so it is given that time besides its own.
 */
export function startChild(
  entry: string,
  name: string,
  limits: Limits,
  signal?: AbortSignal,
  { yielding = false } = {},
): Child {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--max-old-space-size=4096', BOOT, entry],
    {
      env: {},
      stdio: ['pipe', 'ignore', 'pipe', 'pipe'],
    },
  );
  living.add(child);
  const seconds = yielding ? 2 * limits.seconds : limits.seconds;
  if (yielding && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  let stopped: ChildStopped | null = null;
  let stderr = '';
  const kill = (why: ChildStopped) => {
    stopped ??= why;
    child.kill('SIGKILL');
  };
  const onAbort = () => kill(new ChildStopped('crash', `${name} was interrupted`));
  signal?.addEventListener('abort', onAbort, { once: true });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-KEPT_STDERR);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  child.once('error', (cause) => {
    stopped ??= new ChildStopped('crash', `${name} could not be started: ${cause.message}`);
  });
  child.once('close', () => {
    living.delete(child);
    signal?.removeEventListener('abort', onAbort);
  });
  const output = child.stdio[3];
  if (!(output instanceof Readable) || !(child.stdin instanceof Writable)) throw new Error('the child has no pipes');
  const input: Writable = child.stdin;
  // A dead child's pipe breaks; the reader below says why it died.
  input.on('error', () => {});
  const frames = readFrames(output);

  async function next(): Promise<Frame> {
    const result = await frames.next().catch(async (cause: Error) => {
      // One that goes down breaks off in the middle, and gets a moment to say how; one that lives on is not believed.
      await Promise.race([ended, sleep(LAST_MOMENT_MS)]);
      const why = new ChildStopped('crash', `${name} answered with what is no answer: ${cause.message}`);
      if (child.exitCode === null && child.signalCode === null) kill(why);
      return { done: true as const, value: undefined };
    });
    if (!result.done) return result.value;
    await ended;
    if (stopped) throw stopped;
    // A signal is what a crash in native code or a lack of memory looks like; a plain exit is a bug of our own.
    if (child.signalCode !== null) throw new ChildStopped('crash', `${name} crashed (${child.signalCode})`);
    throw new Error(`${name} ended with status ${child.exitCode} before it had answered: ${stderr.trim()}`);
  }

  async function ask(request: unknown, onFrame?: (frame: Frame) => void): Promise<Frame> {
    const clock = setTimeout(
      () => kill(new ChildStopped('time', `${name} was stopped: it ran longer than ${seconds} seconds`)),
      seconds * 1000,
    );
    const poll = setInterval(() => {
      if (child.pid === undefined) return;
      const bytes = residentBytes(child.pid);
      if (bytes > limits.memory) {
        const limit = Math.round(limits.memory / 1e6);
        kill(new ChildStopped('memory', `${name} was stopped: it used more than ${limit} MB of memory`));
      }
    }, MEMORY_POLL_MS);
    try {
      await writeFrame(input, request);
      while (true) {
        const frame = await next();
        const answer = Answer.parse(frame.head);
        if (answer.kind === 'user_error') throw new UserError(answer.message, { fix: answer.fix });
        if (answer.kind === 'bug') {
          const bug = new Error(`${name}: ${answer.message}`);
          if (answer.stack !== undefined) bug.stack = answer.stack;
          throw bug;
        }
        if (answer.kind === 'done') return frame;
        onFrame?.(frame);
      }
    } finally {
      clearTimeout(clock);
      clearInterval(poll);
    }
  }

  return {
    ask,
    stop() {
      child.kill('SIGKILL');
    },
  };
}
