import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createWaker } from '../../bot/wake.ts';

/** Looks that last until they are let go. */
function looks() {
  const begun: string[] = [];
  const running = new Map<string, (again: number | null) => void>();
  return {
    begun,
    running,
    look(key: string): Promise<number | null> {
      if (running.has(key)) throw new Error(`${key} is looked at twice at once`);
      begun.push(key);
      return new Promise((resolve) => {
        running.set(key, (again) => {
          running.delete(key);
          resolve(again);
        });
      });
    },
    async end(key: string, again: number | null = null): Promise<void> {
      await expect.poll(() => running.has(key)).toBe(true);
      running.get(key)?.(again);
      await pause(0);
    },
  };
}

describe('waker', () => {
  it('looks once for a burst, and once more for all that came while it looked', async () => {
    const { begun, end, look } = looks();
    const waker = createWaker({ look, atOnce: 4, settle: 5 });
    for (let count = 0; count < 100; count++) waker.wake('a');
    await expect.poll(() => begun).toEqual(['a']);
    for (let count = 0; count < 100; count++) waker.wake('a');
    await pause(20);
    expect(begun).toEqual(['a']);
    await end('a');
    await end('a');
    await waker.idle();
    expect(begun).toEqual(['a', 'a']);
  });

  it('looks at some at once, and at none twice at once; the rest wait their turn', async () => {
    const { begun, end, look, running } = looks();
    const waker = createWaker({ look, atOnce: 2, settle: 0 });
    for (const key of ['a', 'b', 'c', 'd']) waker.wake(key);
    await expect.poll(() => begun).toEqual(['a', 'b']);
    waker.wake('a');
    await pause(5);
    expect(begun).toEqual(['a', 'b']);
    for (const key of ['a', 'b', 'c', 'd', 'a']) {
      await end(key);
      expect(running.size).toBeLessThanOrEqual(2);
    }
    await waker.idle();
    expect(begun.toSorted()).toEqual(['a', 'a', 'b', 'c', 'd']);
  });

  it('looks again by itself when a look says so, unless something wakes it before', async () => {
    const { begun, end, look } = looks();
    const waker = createWaker({ look, atOnce: 1, settle: 0 });
    waker.wake('a');
    await end('a', 10);
    await end('a', 60_000);
    await waker.idle();
    expect(begun).toEqual(['a', 'a']);
    waker.wake('a');
    await end('a');
    await waker.idle();
    expect(begun).toEqual(['a', 'a', 'a']);
    await waker.stop();
  });

  it('ends what it is at when it is stopped, and begins nothing more', async () => {
    const { begun, end, look } = looks();
    const waker = createWaker({ look, atOnce: 1, settle: 0 });
    waker.wake('a');
    waker.wake('b');
    await expect.poll(() => begun).toEqual(['a']);
    waker.wake('a');
    const stopped = waker.stop();
    waker.wake('c');
    await end('a', 0);
    await stopped;
    await pause(10);
    expect(begun).toEqual(['a']);
  });
});
