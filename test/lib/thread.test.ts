import { describe, expect, test } from 'vitest';
import { startThread } from '../../actions/lib/thread.ts';

const module = (text: string) =>
  new URL(
    `data:text/javascript,${encodeURIComponent(`import { parentPort, workerData } from 'node:worker_threads'; ${text}`)}`,
  );
const never = new AbortController().signal;

describe('a thread', () => {
  test('posts its result; arrays over shared memory are the same memory', async () => {
    const numbers = new Float64Array(new SharedArrayBuffer(16));
    const entry = module(
      'workerData.numbers[1] = 7; parentPort.postMessage({ sum: workerData.numbers[0] + workerData.more });',
    );
    numbers[0] = 2;
    const { result } = startThread<{ sum: number }>(entry, { numbers, more: Number.NaN }, never);
    expect(await result).toEqual({ sum: Number.NaN });
    expect([...numbers]).toEqual([2, 7]);
  });

  test('that throws rejects with its error and where it came from', async () => {
    const { result } = startThread(
      module('function deep() { throw new TypeError("no such row"); } deep();'),
      null,
      never,
    );
    const error = await result.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ message: 'no such row', stack: expect.stringContaining('at deep') });
  });

  test('that ends without a result rejects', async () => {
    await expect(startThread(module('process.exit(5);'), null, never).result).rejects.toThrow('ended with status 5');
  });

  test('that is interrupted in an endless loop ends, with the reason', async () => {
    const interrupt = new AbortController();
    const { result } = startThread(module('for (;;) {}'), null, interrupt.signal);
    interrupt.abort(new Error('Ctrl-C'));
    await expect(result).rejects.toThrow('Ctrl-C');
  });

  test('that is stopped is waited for by nobody', async () => {
    const thread = startThread(module('for (;;) {}'), null, never);
    thread.stop();
    thread.stop();
    await expect(thread.result).rejects.toThrow('before it had a result');
  });
});
