import { describe, expect, it } from 'vitest';
import { pairsOf, type SliceCodes } from '../../actions/evaluate/slices.ts';

/** `values` different values, of which row i has the one numbered i ÷ `every`. */
function column(name: string, values: number, every: number, rows: number): SliceCodes {
  return {
    columns: [name],
    keys: Array.from({ length: values }, (_, value) => [{ column: name, value: String(value) }]),
    codes: Int32Array.from({ length: rows }, (_, row) => Math.floor(row / every) % values),
  };
}

describe('pairs of slice columns', () => {
  it('have a group for each pair of values that some row has', () => {
    const [pair] = pairsOf([column('a', 3, 1, 6), column('b', 2, 3, 6)]);
    expect(pair.columns).toEqual(['a', 'b']);
    expect(pair.keys.map((key) => key.map(({ value }) => value).join())).toEqual([
      '0,0',
      '1,0',
      '2,0',
      '0,1',
      '1,1',
      '2,1',
    ]);
    expect([...pair.codes]).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('are refused where they make more groups than anybody reads', () => {
    const rows = 6000;
    expect(() => pairsOf([column('a', 80, 1, rows), column('b', 75, 80, rows)])).toThrow(
      'the pair of slice columns a and b makes more than 5000 groups',
    );
  });
});
