import { Worker } from 'node:worker_threads';

/** Work that goes on in a thread of its own. */
export interface Thread<T> {
  /** What the thread's module posts. Rejects where it throws, ends without a word, or is interrupted. */
  result: Promise<T>;
  /** Ends the thread; safe to call twice. */
  stop(): void;
}

/**
 * Runs the module at `entry` in a thread, for work that would leave a second processor idle. It finds `input` as its
 * `workerData`: plain data, of which typed arrays over shared memory are not copied. An error in there is always a bug:
 * mistakes of a person are to be found before.
 */
export function startThread<T>(entry: URL, input: unknown, signal: AbortSignal): Thread<T> {
  const thread = new Worker(entry, { workerData: input, env: {} });
  const { promise: result, resolve, reject } = Promise.withResolvers<T>();
  const interrupt = () => {
    reject(signal.reason);
    void thread.terminate();
  };
  signal.addEventListener('abort', interrupt, { once: true });
  thread.once('message', resolve);
  thread.once('error', reject);
  thread.once('exit', (code) => {
    signal.removeEventListener('abort', interrupt);
    reject(new Error(`the thread of ${entry.pathname} ended with status ${code} before it had a result`));
  });
  // Whoever stops waiting for it is not to be told of it.
  result.catch(() => {});
  return { result, stop: () => void thread.terminate() };
}
