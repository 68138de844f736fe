import { describe, expect, it } from 'vitest';
import { parseModel } from '#registry/parse-model.ts';
import { createCache } from '../../../bot/snapshot/cache.ts';
import { createMemory, sourceOf } from '../../../bot/snapshot/memory.ts';
import type { ModelAt } from '../../../bot/snapshot/snapshot.ts';
import { evaluationOf } from '../../fixtures/evaluation.ts';
import { flightModelText } from '../../fixtures/model.ts';

const kept = (keys: readonly string[], cache: { get(key: string): unknown }) =>
  keys.filter((key) => cache.get(key) !== undefined);

describe('a cache', () => {
  const long = ({ length }: string) => length;

  it('forgets what was used longest ago when there is no room', () => {
    const cache = createCache(10, long);
    for (const key of ['a', 'b', 'c']) cache.set(key, 'xxx');
    expect(cache.get('a')).toBe('xxx');
    cache.set('d', 'xxxx');
    expect(kept(['a', 'b', 'c', 'd'], cache)).toEqual(['a', 'c', 'd']);
  });

  it('takes nothing that is too heavy by itself, and forgets what stood there', () => {
    const cache = createCache(10, long);
    cache.set('a', 'old');
    cache.set('b', 'xxx');
    cache.set('a', 'x'.repeat(11));
    expect(kept(['a', 'b'], cache)).toEqual(['b']);
  });

  it('counts what was replaced or deleted no more', () => {
    const cache = createCache(10, long);
    for (let i = 0; i < 100; i++) cache.set('a', 'xxxxx');
    cache.set('b', 'xxxxx');
    cache.delete('a');
    cache.delete('a');
    cache.set('c', 'xxxxx');
    expect(kept(['a', 'b', 'c'], cache)).toEqual(['b', 'c']);
  });

  it('asks once for what it keeps, and keeps no failure', async () => {
    const cache = createCache<string>(10);
    let asked = 0;
    const fail = async () => {
      asked += 1;
      throw new Error('not now');
    };
    await expect(cache.read('a', fail)).rejects.toThrow('not now');
    await expect(cache.read('a', fail)).rejects.toThrow('not now');
    const make = async () => {
      asked += 1;
      return '';
    };
    expect([await cache.read('a', make), await cache.read('a', make)]).toEqual(['', '']);
    expect(asked).toBe(3);
  });
});

describe('what a process remembers', () => {
  const keys = Array.from({ length: 300 }, (_, i) => `${i}`);

  it('of models is bounded, however large those of others are', () => {
    const { models } = createMemory();
    const { model, where } = parseModel(flightModelText, 'models/flight-delay/model.yaml');
    const at: ModelAt = { model, where, lock: null, features: 'x'.repeat(1_000_000), problem: null };
    for (const key of keys) models.set(key, at);
    expect(kept(keys, models).length).toBeGreaterThan(50);
    expect(kept(keys, models).length).toBeLessThan(128);
    const small = createMemory().models;
    for (const key of keys) small.set(key, { ...at, features: 'SELECT 1' });
    expect(kept(keys, small)).toEqual(keys);
  });

  it('of evidence is bounded too', () => {
    const { outcomes, promoted } = createMemory();
    const [first] = evaluationOf().slices;
    const slices = Array.from({ length: 10_000 }, () => first ?? []).flat();
    const evaluation = evaluationOf({ slices });
    const { length } = JSON.stringify(evaluation);
    for (const key of keys) promoted.set(key, evaluation);
    for (const key of keys) outcomes.set(key, { failure: null, evidence: [], bytes: length });
    expect(kept(keys, promoted).length * length).toBeLessThan(40_000_000);
    expect(kept(keys, outcomes).length * length).toBeLessThan(40_000_000);
    expect(kept(keys, promoted).length).toBeGreaterThan(5);
  });

  it('of one repository is nothing of another, and GitHub’s names know no case', () => {
    const memory = createMemory();
    const github = { request: async () => ({ status: 200, data: null, headers: {} }) };
    const keyOf = (owner: string, repo: string) => sourceOf(github, { owner, repo }, memory).key('x', 1);
    expect(keyOf('Acme', 'Models')).toBe(keyOf('acme', 'models'));
    expect(keyOf('acme', 'models')).not.toBe(keyOf('acme', 'model'));
    expect(keyOf('acme', 'models')).not.toBe(keyOf('acm', 'emodels'));
  });
});
