import { describe, expect, it } from 'vitest';
import {
  decimalsOf,
  fixed,
  percent,
  plain,
  plural,
  pValue,
  rounded,
  signed,
  signedInterval,
  times,
} from '#registry/markdown/number.ts';

describe('decimalsOf', () => {
  it.each<[[number, number] | null, number]>([
    [[0, 0.0064], 4],
    [[0, 0.02], 3],
    [[0, 2], 1],
    [[0, 200], 0],
    [[0, 0], 4],
    [[0, 1e-12], 8],
    [null, 4],
  ])('of %j is %d', (interval, decimals) => {
    expect(decimalsOf(interval)).toBe(decimals);
  });
});

describe('numbers', () => {
  it.each([
    [fixed(1234.5, 1), '1,234.5'],
    [fixed(-0.00001, 3), '0.000'],
    [fixed(null, 3), '—'],
    [fixed(Number.NaN, 3), '—'],
    [signed(0.0341, 3), '+0.034'],
    [signed(-0.0341, 3), '−0.034'],
    [signed(0.00001, 3), '0.000'],
    [signedInterval([-0.1, 0.2], 1), '−0.1 to +0.2'],
    [plain(-0.002), '−0.002'],
    [plain(1e-7), '1e−7'],
    [rounded(0.031234), '0.0312'],
    [rounded(null), '—'],
    [percent(0.1234), '12.3 %'],
    [plural(1, 'row'), '1 row'],
    [plural(12345, 'row'), '12,345 rows'],
    [pValue(0.0312), '0.031'],
    [pValue(1e-9), '< 0.001'],
    [times(4.13), '4.1 times'],
  ])('%s is %s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
