import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';

/** All of the outside that a verb is given instead of reaching for it. */
export interface World {
  now(): Date;
  /** The variables of the environment. */
  env: Readonly<Record<string, string | undefined>>;
  /** Aborted by Ctrl-C or SIGTERM. */
  signal: AbortSignal;
  /** A line for the person in front: a step that begins, or how far it is. On a terminal it is overwritten by the next. */
  progress(text: string): void;
  /** A line that stays. */
  print(text: string): void;
  error(text: string): void;
  /** A fresh folder that is removed at the end, whatever happens. */
  temporaryFolder(): Promise<string>;
  cleanUp(): Promise<void>;
}

/** Ctrl-C or SIGTERM ended the work. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The world of a process: its terminal, its signals and its clock. */
export function realWorld(): World {
  const controller = new AbortController();
  const stop = () => controller.abort(new Interrupted());
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  // Who reads along may stop reading (`tiltyard history | head`): no error of ours.
  process.stdout.on('error', (error) => {
    if (!('code' in error && error.code === 'EPIPE')) throw error;
  });
  const terminal = process.stderr.isTTY === true;
  const folders: string[] = [];
  let overwritten = false;
  const clear = () => {
    if (overwritten) process.stderr.write('\r\u001b[2K');
    overwritten = false;
  };
  return {
    now: () => new Date(),
    env: process.env,
    signal: controller.signal,
    progress(text) {
      if (!terminal) return;
      clear();
      process.stderr.write(pc.dim(text.slice(0, Math.max(20, (process.stderr.columns || 80) - 2))));
      overwritten = true;
    },
    print(text) {
      clear();
      process.stdout.write(`${text}\n`);
    },
    error(text) {
      clear();
      process.stderr.write(`${text}\n`);
    },
    async temporaryFolder() {
      const folder = await mkdtemp(join(tmpdir(), 'tiltyard-'));
      folders.push(folder);
      return folder;
    },
    async cleanUp() {
      clear();
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}
