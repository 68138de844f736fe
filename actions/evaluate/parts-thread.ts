import { parentPort, workerData } from 'node:worker_threads';
import { keepCompiledCode } from '#lib/compile-cache.ts';

// The thread that measures the parts, while the one that started it measures the whole.
keepCompiledCode();
const { halvesOf } = await import('./task.ts');
const port = parentPort;
if (port === null) throw new Error('parts-thread.ts is started by measure-task.ts');
port.postMessage(halvesOf(workerData).parts());
