/**
 * Seeded random numbers. One seed gives the same stream on every platform: integers only, and no function whose last
 * bit a platform may choose.
 */
export interface Random {
  /** Uniform among the 2³² unsigned integers. */
  next(): number;
  /** Uniform in [0, 1), with 32 bits. */
  uniform(): number;
  /** Uniform among 0 … n − 1, for n up to 2³². */
  integer(n: number): number;
  /** Standard normal, by Marsaglia's polar method (1964). */
  normal(): number;
}

/** xoshiro128** of Blackman & Vigna (2018), its state filled from the seed by splitmix32. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  // The part of the seed above 32 bits counts too.
  state = (state ^ Math.imul(Math.floor(seed / 2 ** 32) >>> 0, 0x9e3779b1)) >>> 0;
  const split = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return z ^ (z >>> 15);
  };
  let a = split();
  let b = split();
  let c = split();
  let d = split();
  let spare = Number.NaN;

  const next = () => {
    const x = Math.imul(b, 5);
    const result = Math.imul((x << 7) | (x >>> 25), 9) >>> 0;
    const t = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= t;
    d = (d << 11) | (d >>> 21);
    return result;
  };
  const uniform = () => next() * 2 ** -32;
  return {
    next,
    uniform,
    integer(n) {
      // Values above the largest multiple of n would favour the small ones.
      const limit = 2 ** 32 - (2 ** 32 % n);
      let value = next();
      while (value >= limit) value = next();
      return value % n;
    },
    normal() {
      if (!Number.isNaN(spare)) {
        const value = spare;
        spare = Number.NaN;
        return value;
      }
      for (;;) {
        const u = 2 * uniform() - 1;
        const v = 2 * uniform() - 1;
        const s = u * u + v * v;
        if (s >= 1 || s === 0) continue;
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    },
  };
}

/** A seed for one named use, so that two uses of one seed do not share a stream. FNV-1a over the label's UTF-16 units. */
export function fork(seed: number, label: string): number {
  let hash = 0x811c9dc5 ^ (seed >>> 0);
  for (let i = 0; i < label.length; i++) hash = Math.imul(hash ^ label.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) >>> 0;
}

/** Shuffles in place (Fisher & Yates) and gives the same array back. */
export function shuffle<T extends Uint32Array | Int32Array | Float64Array | unknown[]>(items: T, source: Random): T {
  for (let i = items.length - 1; i > 0; i--) {
    const j = source.integer(i + 1);
    const kept = items[i];
    items[i] = items[j];
    items[j] = kept;
  }
  return items;
}

/** `count` of the numbers 0 … n − 1 without replacement, ascending (Knuth's selection sampling, algorithm S). */
export function sample(n: number, count: number, source: Random): Uint32Array {
  const wanted = Math.min(n, count);
  const chosen = new Uint32Array(wanted);
  for (let i = 0, taken = 0; taken < wanted; i++) {
    if (source.uniform() * (n - i) < wanted - taken) chosen[taken++] = i;
  }
  return chosen;
}
