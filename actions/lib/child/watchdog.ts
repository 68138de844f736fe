import { Worker } from 'node:worker_threads';

const LOOK_EVERY_MS = 1_000;

/** The program of the watching thread. It is text, so that no file is loaded and no types are stripped a second time. */
const PROGRAM = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  let gone = process.ppid !== workerData.parent;
  try {
    process.kill(workerData.parent, 0);
  } catch (error) {
    gone ||= error.code === 'ESRCH';
  }
  if (gone) process.kill(process.pid, 'SIGKILL');
}, workerData.every);
`;

/**
 * Ends this process by itself once its parent is gone. A parent that is killed can't take its children along, and one
 * that is inside a model's endless loop never looks up from it: hence a thread of its own.
 */
export function dieWithParent(): void {
  const workerData = { parent: process.ppid, every: LOOK_EVERY_MS };
  new Worker(PROGRAM, { eval: true, env: {}, execArgv: [], stdin: false, workerData }).unref();
}
