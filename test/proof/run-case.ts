import { parentPort, workerData } from 'node:worker_threads';
import { parts } from './parts.ts';

/** One case of one proof, on a thread of its own: tells its progress as numbers and its rows at the end. */
const { part: wanted, name, draws, seed }: { part: string; name: string; draws: number; seed: number } = workerData;
const part = parts.find((each) => each.name === wanted);
if (part === undefined || parentPort === null)
  throw new Error(`run-case.ts is started by main.ts, with a known proof; ${wanted} is none`);
const port = parentPort;
port.postMessage(await part.run(name, { draws, seed, onProgress: (done) => port.postMessage(done) }));
