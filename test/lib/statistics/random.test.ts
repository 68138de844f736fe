import { describe, expect, test } from 'vitest';
import { fork, random, sample, shuffle } from '#lib/statistics/random.ts';

/** From Blackman and Vigna's reference code, written again in Python. */
const STREAM_OF_ONE = [393288148, 2174103013, 3814759091, 2092745082];

describe('random numbers', () => {
  test('are those of xoshiro128**, the same everywhere', () => {
    const source = random(1);
    expect(Array.from({ length: 4 }, () => source.next())).toEqual(STREAM_OF_ONE);
    const again = random(1);
    expect(Array.from({ length: 4 }, () => again.next())).toEqual(STREAM_OF_ONE);
  });

  test('differ with the seed, also above 32 bits, and with the label of a fork', () => {
    const first = (seed: number) => random(seed).next();
    expect(new Set([0, 1, 2, 2 ** 32, 2 ** 32 + 1, 2 ** 40].map(first)).size).toBe(6);
    expect(fork(1, 'bootstrap')).not.toBe(fork(1, 'subsample'));
    expect(fork(1, 'bootstrap')).not.toBe(fork(2, 'bootstrap'));
    expect(fork(1, 'bootstrap')).toBe(fork(1, 'bootstrap'));
  });

  test('are uniform, and normal', () => {
    const source = random(3);
    const draws = 60_000;
    const counts = new Array<number>(6).fill(0);
    let mean = 0;
    let square = 0;
    let beyond = 0;
    for (let i = 0; i < draws; i++) {
      counts[source.integer(6)]++;
      const x = source.normal();
      mean += x / draws;
      square += (x * x) / draws;
      if (Math.abs(x) > 1.959964) beyond++;
    }
    // Five standard errors of each.
    for (const count of counts) expect(Math.abs(count - draws / 6)).toBeLessThan(5 * Math.sqrt((draws * 5) / 36));
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(draws));
    expect(Math.abs(square - 1)).toBeLessThan(5 * Math.sqrt(2 / draws));
    expect(Math.abs(beyond - 0.05 * draws)).toBeLessThan(5 * Math.sqrt(draws * 0.05 * 0.95));
  });

  test('shuffle all orders alike, and draw without replacement', () => {
    const source = random(4);
    const seen = new Map<string, number>();
    for (let i = 0; i < 6000; i++) {
      const order = shuffle(['a', 'b', 'c'], source).join('');
      seen.set(order, (seen.get(order) ?? 0) + 1);
    }
    expect(seen.size).toBe(6);
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(5 * Math.sqrt(6000 * (5 / 36)));
    const chosen = sample(1000, 100, source);
    expect(new Set(chosen).size).toBe(100);
    expect([...chosen]).toEqual([...chosen].sort((a, b) => a - b));
    expect([...sample(5, 9, source)]).toEqual([0, 1, 2, 3, 4]);
  });
});
